//! A shop that never was: about two thousand customers, five sources, and the truth about who is who.
//!
//! Everything comes from the seed. The people type badly, share a tablet and a telephone, use `info@` addresses,
//! change their minds about consent, and their phones' clocks are wrong; the network delivers late and twice, and some
//! rows are broken. Each record keeps, besides its bytes, when it was received and whose it truly is.

use std::time::Duration;

use onefold::model::{Date, Time};
use serde_json::{Value, json};

use crate::names::{CATEGORIES, DESKS, FAMILY, FIRMS, GIVEN, HOSTS, NICK, PLACES, postcode};
use crate::random::Random;

const DAYS: i64 = 120;

/// The five sources.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Feed {
    /// Web and mobile events, as batches of the Segment specification.
    Web,
    /// The customer file, CSV.
    Crm,
    /// The tills, CSV.
    Pos,
    /// Support tickets, NDJSON.
    Support,
    /// A survey, CSV.
    Survey,
}

impl Feed {
    pub const ALL: [Self; 5] = [Self::Web, Self::Crm, Self::Pos, Self::Support, Self::Survey];

    pub fn name(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Crm => "crm",
            Self::Pos => "pos",
            Self::Support => "support",
            Self::Survey => "survey",
        }
    }

    /// In words.
    pub fn about(self) -> &'static str {
        match self {
            Self::Web => "events of the web shop and the app",
            Self::Crm => "the customer file",
            Self::Pos => "the tills",
            Self::Support => "support tickets",
            Self::Survey => "answers to a survey",
        }
    }

    /// The header line of a CSV source.
    pub fn header(self) -> &'static str {
        match self {
            Self::Crm => {
                "customer_no,name,e_mail,telephone,card,country,city,postcode,birth_date,sales_stage,newsletter,changed"
            }
            Self::Pos => "receipt,card,e_mail,at,total,branch",
            Self::Survey => "e_mail,submitted,recommend,country",
            Self::Web | Self::Support => "",
        }
    }
}

/// One record as a source delivers it.
#[derive(Clone, Debug)]
pub struct Record {
    pub feed: Feed,
    /// One message, row or line.
    pub bytes: String,
    /// The request of the web source that it came with: equal numbers stand in one batch.
    pub request: u64,
    /// When the client sent that request, by its own clock.
    pub sent: Option<Time>,
    pub received: Time,
    /// Whose it truly is; nobody's for what is broken or stands for many.
    pub truth: Option<usize>,
    /// Made so that nobody can take it for good.
    pub broken: bool,
}

struct Person {
    given: &'static str,
    surname: String,
    email: String,
    phone: String,
    card: Option<String>,
    user: Option<String>,
    customer: Option<String>,
    country: &'static str,
    city: &'static str,
    postcode: String,
    born: Date,
    devices: Vec<String>,
    tablet: Option<String>,
    stage: &'static str,
    spender: bool,
    /// Asked never to be stored again.
    forgotten: bool,
}

/// The cart that somebody will fill while the story is told.
pub struct Cart {
    pub message: String,
    pub cart: String,
    /// How long after the story's instant.
    pub after: Duration,
}

pub struct Shop {
    pub records: Vec<Record>,
    /// How many customers there are.
    pub people: usize,
    pub cart: Cart,
    /// E-mail addresses of those who asked never to be stored again.
    pub suppressed: Vec<String>,
    /// The instant at which the story is told; everything has been received by then.
    pub now: Time,
}

fn ascii(name: &str) -> String {
    onefold::model::normalise::fold(name).chars().filter(char::is_ascii_alphanumeric).collect()
}

/// Turns one letter into its neighbour, drops one, or doubles one.
fn typo(random: &mut Random, text: &str) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    let local = letters.iter().position(|letter| *letter == '@').unwrap_or(letters.len()).max(2);
    let at = 1 + random.below(local - 1);
    match random.below(3) {
        0 => letters.swap(at - 1, at.min(local - 1)),
        1 => {
            letters.remove(at.min(local - 1));
        }
        _ => letters.insert(at, letters[at - 1]),
    }
    letters.into_iter().collect()
}

impl Shop {
    /// The shop of a seed.
    pub fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        // A day of the four years from March 2024, no two of neighbouring seeds the same, and any time of the day.
        let day = (seed % 1_461 * 37 % 1_461) as i64;
        let now = Time::from_secs(1_709_251_200 + 86_400 * day + 60 * random.between(0, 1_440));
        let count = 1_900 + random.below(201);
        let people = people(&mut random, count);
        let firms = (0..8 + random.below(20)).map(|_| FIRMS.map(|words| random.word(words)).join(" ")).collect();
        let desk = format!(
            "{}@{}.example",
            random.word(DESKS),
            FIRMS.map(|words| random.word(words)).join("-").to_lowercase()
        );
        let mut maker = Maker { now, records: Vec::new(), request: 0, message: 0, seed, firms, desk };
        for (nth, person) in people.iter().enumerate() {
            maker.web(&mut random, nth, person);
            maker.crm(&mut random, nth, person);
            maker.pos(&mut random, nth, person);
            maker.support(&mut random, nth, person);
            maker.survey(&mut random, nth, person);
        }
        maker.broken(&mut random);
        let suppressed = people.iter().filter(|person| person.forgotten).map(|person| person.email.clone()).collect();
        let mut records = maker.records;
        // Sources deliver in the order of reception; a file's rows are received together.
        records.sort_by_key(|record| (record.received, record.feed, record.request));
        let cart = Cart {
            message: format!("m-{seed}-{}", random.hex()),
            cart: format!("cart-{}", random.hex()),
            after: Duration::from_secs(random.between(120, 2_400) as u64),
        };
        Self { records, people: count, cart, suppressed, now }
    }
}

fn people(random: &mut Random, count: usize) -> Vec<Person> {
    let mut all: Vec<Person> = Vec::with_capacity(count);
    // Where the shop's numbers begin.
    let (first, lines) = (random.between(1_000, 8_000) as usize, random.between(0, 999_999) as usize);
    while all.len() < count {
        let nth = all.len();
        // One in seven lives with the person before: the same name, address, telephone, and a tablet in the kitchen.
        let family = nth > 0 && random.percent(14);
        let given = random.word(GIVEN);
        let place = *random.pick(&PLACES);
        let fresh = random.word(FAMILY);
        let surname = match all.last() {
            Some(before) if family => before.surname.clone(),
            _ => fresh.to_owned(),
        };
        let account = random.percent(85);
        let mut person = Person {
            email: format!("{}.{}{}@{}", ascii(given), ascii(&surname), nth, random.word(HOSTS)),
            given,
            surname,
            phone: format!("{}{:07}", place.3, lines + nth * 4_001),
            card: random.percent(55).then(|| format!("C{:07}", 100 * first + nth * 37)),
            user: account.then(|| format!("u-{}", first + nth)),
            customer: random.percent(80).then(|| format!("K{:05}", 3 * first + nth)),
            country: place.0,
            city: place.1,
            postcode: postcode(place.0, place.2, random.between(0, 80)),
            born: Date::new(1945 + random.below(60) as i32, 1 + random.below(12) as u32, 1 + random.below(28) as u32)
                .unwrap_or(Date::MIN),
            devices: (0..1 + random.below(3)).map(|_| format!("a-{}", random.hex())).collect(),
            tablet: None,
            stage: if random.percent(9) {
                random.word("proposal negotiation")
            } else {
                ["", "", "", "won", "lost"][random.below(5)]
            },
            spender: random.percent(30),
            forgotten: false,
        };
        if let Some(before) = all.last_mut()
            && family
        {
            let tablet = before.tablet.get_or_insert_with(|| format!("t-{}", random.hex())).clone();
            person.tablet = Some(tablet);
            person.phone.clone_from(&before.phone);
            (person.country, person.city) = (before.country, before.city);
            person.postcode.clone_from(&before.postcode);
        }
        if person.spender && random.percent(25) {
            person.stage = "negotiation";
        }
        all.push(person);
    }
    for _ in 0..3 + random.below(7) {
        let nth = random.below(count);
        all[nth].forgotten = true;
    }
    all
}

struct Maker {
    now: Time,
    records: Vec<Record>,
    request: u64,
    message: u64,
    seed: u64,
    firms: Vec<String>,
    /// A firm's common mailbox, which stands in many rows.
    desk: String,
}

/// What the clock of a device and the network do to a session.
#[derive(Clone, Copy)]
struct Line {
    /// How far the device's clock is ahead, in seconds.
    ahead: i64,
    /// How long its messages wait for a network, in seconds.
    wait: i64,
}

impl Person {
    fn name(&self) -> String {
        format!("{} {}", self.given, self.surname)
    }
}

/// A line of CSV: quotes where they must stand, and now and then where they need not.
fn csv(random: &mut Random, cells: &[&str]) -> String {
    let quote = random.percent(5);
    let cells = cells.iter().map(|cell| {
        if quote || cell.contains([',', '"']) {
            format!("\"{}\"", cell.replace('"', "\"\""))
        } else {
            (*cell).to_owned()
        }
    });
    cells.collect::<Vec<_>>().join(",")
}

impl Maker {
    fn day(&self, days_ago: i64, seconds: i64) -> Time {
        Time::from_secs(self.now.0 / 1_000_000 - days_ago * 86_400 - seconds)
    }

    fn push(&mut self, feed: Feed, bytes: String, received: Time, truth: Option<usize>) {
        self.records.push(Record { feed, bytes, request: 0, sent: None, received, truth, broken: false });
    }

    // ------------------------------------------------------------ web and mobile

    fn web(&mut self, random: &mut Random, nth: usize, person: &Person) {
        // Consent to be recognised across devices is asked once a device.
        for (device, anonymous) in person.devices.iter().enumerate() {
            let answer = match random.below(100) {
                0..84 => Some(true),
                84..94 => Some(false),
                _ => None,
            };
            let sessions = 1 + random.below(3);
            for session in 0..sessions {
                let line = Line {
                    ahead: if random.percent(4) { random.between(60, 50_000) } else { 0 },
                    wait: if random.percent(5) { random.between(86_400, 9 * 86_400) } else { random.between(1, 30) },
                };
                let since = if person.spender { random.between(15, DAYS) } else { random.between(0, DAYS) };
                let start = self.day(since.max(if line.wait > 100 { 10 } else { 0 }) + 1, random.between(0, 80_000));
                let asked = (session == 0).then_some(answer).flatten();
                let login = person.user.is_some() && random.percent(if device == 0 { 90 } else { 70 });
                self.session(random, nth, person, anonymous, start, line, asked, login, device % 2 == 1);
            }
        }
        if let Some(tablet) = &person.tablet
            && person.user.is_some()
        {
            let start = self.day(random.between(2, DAYS), random.between(0, 80_000));
            self.kitchen(random, nth, person, tablet, start);
        }
    }

    #[expect(clippy::too_many_arguments, reason = "a session is what all of these make it")]
    fn session(
        &mut self,
        random: &mut Random,
        nth: usize,
        person: &Person,
        anonymous: &str,
        start: Time,
        line: Line,
        asked: Option<bool>,
        login: bool,
        mobile: bool,
    ) {
        let mut at = start;
        let mut step = |random: &mut Random| {
            at = at + Duration::from_secs(random.between(5, 240) as u64);
            at
        };
        let mut said: Vec<(Time, Value)> = Vec::new();
        let mut context = json!({ "library": { "name": if mobile { "mobile" } else { "web" } } });
        if let Some(yes) = asked {
            context["consent"] = json!({ "categoryPreferences": { "Recognition": yes } });
        }
        let view = if mobile { "screen" } else { "page" };
        said.push((
            step(random),
            json!({ "type": view, "name": "Home", "anonymousId": anonymous, "userId": null, "context": context }),
        ));
        let category = random.word(CATEGORIES);
        for _ in 0..1 + random.below(3) {
            said.push((step(random), json!({ "type": "track", "event": "Product Viewed", "anonymousId": anonymous, "properties": { "category": category } })));
        }
        let cart = format!("cart-{}", random.hex());
        let wants = random.percent(40);
        if wants {
            said.push((step(random), json!({ "type": "track", "event": "Product Added", "anonymousId": anonymous, "properties": { "cart_id": cart, "category": category } })));
        }
        if let (true, Some(user)) = (login, &person.user) {
            let traits =
                if random.percent(70) { json!({ "email": person.email, "name": person.name() }) } else { json!({}) };
            // RudderStack for Python keeps an identify's traits in its context alone.
            let identify = if random.percent(20) {
                json!({ "type": "identify", "userId": user, "anonymousId": anonymous, "context": { "traits": traits } })
            } else {
                json!({ "type": "identify", "userId": user, "anonymousId": anonymous, "traits": traits })
            };
            said.push((step(random), identify));
            if wants && random.percent(if person.spender { 85 } else { 45 }) {
                let total =
                    format!("{}.{:02}", random.between(8, if person.spender { 420 } else { 90 }), random.below(100));
                let total: Value = serde_json::from_str(&total).unwrap_or(Value::Null);
                said.push((step(random), json!({ "type": "track", "event": "Order Completed", "userId": user, "anonymousId": anonymous, "properties": { "cart_id": cart, "amount": total, "category": category } })));
            }
            if random.percent(6) {
                let marketing = random.percent(50);
                said.push((step(random), json!({ "type": "track", "event": "Preferences Saved", "userId": user, "context": { "consent": { "categoryPreferences": { "Newsletter": marketing } } } })));
            }
            if random.percent(3) {
                let firm = random.below(self.firms.len());
                said.push((step(random), json!({ "type": "group", "userId": user, "groupId": format!("firm-{firm}"), "traits": { "company": self.firms[firm], "seats": random.below(50) } })));
            }
            if random.percent(1) {
                said.push((
                    step(random),
                    json!({ "type": "alias", "userId": user, "previousId": format!("old-{user}") }),
                ));
            }
        }
        self.deliver(random, nth, said, line);
    }

    /// Somebody of the household takes the tablet, logs in, and looks around.
    fn kitchen(&mut self, random: &mut Random, nth: usize, person: &Person, tablet: &str, start: Time) {
        let consent =
            json!({ "device": { "id": tablet }, "consent": { "categoryPreferences": { "Recognition": true } } });
        let user = person.user.as_deref().unwrap_or_default();
        let said = vec![
            (
                start,
                json!({ "type": "screen", "name": "Start", "anonymousId": null, "userId": user, "context": consent }),
            ),
            (
                start + Duration::from_secs(40),
                json!({ "type": "identify", "userId": user, "context": { "device": { "id": tablet } }, "traits": { "email": person.email } }),
            ),
        ];
        self.deliver(random, nth, said, Line { ahead: 0, wait: 5 });
    }

    /// Puts messages into a request: ids, the device's clock, the network's copies.
    fn deliver(&mut self, random: &mut Random, nth: usize, said: Vec<(Time, Value)>, line: Line) {
        self.request += 1;
        let Some(last) = said.last().map(|(at, _)| *at) else { return };
        let ahead = |at: Time| Time(at.0 + line.ahead * 1_000_000);
        let sent = last + Duration::from_secs(line.wait as u64);
        let received = sent + Duration::from_millis(180);
        for (at, mut message) in said {
            self.message += 1;
            message["messageId"] = json!(format!("m-{}-{}", self.seed, self.message));
            message["timestamp"] = json!(ahead(at).to_string());
            let record = Record {
                feed: Feed::Web,
                bytes: message.to_string(),
                request: self.request,
                sent: Some(ahead(sent)),
                received,
                truth: Some(nth),
                broken: false,
            };
            if random.percent(2) {
                self.records.push(record.clone());
            }
            self.records.push(record);
        }
    }

    // ------------------------------------------------------------ files

    fn crm(&mut self, random: &mut Random, nth: usize, person: &Person) {
        let Some(customer) = &person.customer else { return };
        let email = match random.below(100) {
            0..6 => typo(random, &person.email),
            6..40 => person.email.to_uppercase(),
            40..55 => String::new(),
            55..57 => self.desk.clone(),
            _ => format!(" {}", person.email),
        };
        let name = match random.below(100) {
            0..12 => format!("{}, {}", person.surname, person.given),
            12..16 => format!("{} \"{}\" {}", person.given, random.word(NICK), person.surname),
            _ => person.name(),
        };
        let newsletter = *random.pick(&["granted", "granted", "granted", "refused", "", "withdrawn", ""]);
        let changed = self.day(random.between(3, DAYS), random.between(0, 80_000));
        let (country, number) = person.phone.split_at(3);
        let phone = if random.percent(60) { format!("{} {number}", country.replace('+', "00")) } else { String::new() };
        let born = if random.percent(4) { "31.02.1990".to_owned() } else { person.born.to_string() };
        let card = if random.percent(70) { person.card.as_deref().unwrap_or_default() } else { "" };
        let (changed, truth) = (changed.to_string(), (email != self.desk).then_some(nth));
        let cells = [
            customer,
            &name,
            &email,
            &phone,
            card,
            person.country,
            person.city,
            &person.postcode,
            &born,
            person.stage,
            newsletter,
            &changed,
        ];
        let row = csv(random, &cells);
        self.push(Feed::Crm, row, self.day(1, 7_200), truth);
    }

    fn pos(&mut self, random: &mut Random, nth: usize, person: &Person) {
        let Some(card) = &person.card else { return };
        for _ in 0..random.below(if person.spender { 6 } else { 3 }) {
            self.message += 1;
            let since = if person.spender { random.between(15, DAYS) } else { random.between(2, DAYS) };
            let at = self.day(since, random.between(0, 40_000)).to_string();
            let email = if random.percent(25) { person.email.as_str() } else { "" };
            let city = if random.percent(80) { person.city } else { random.pick(&PLACES).1 };
            let branch = if random.percent(30) { format!("{city}, station") } else { city.to_owned() };
            let total = format!("{}.{:02} EUR", random.between(3, 260), random.below(100));
            let row = csv(random, &[&format!("R{:07}", self.message), card, email, &at, &total, &branch]);
            // A till that was not sure of the network says it twice.
            for _ in 0..if random.percent(1) { 2 } else { 1 } {
                self.push(Feed::Pos, row.clone(), self.day(1, 3_600), Some(nth));
            }
        }
    }

    fn support(&mut self, random: &mut Random, nth: usize, person: &Person) {
        if !random.percent(22) {
            return;
        }
        self.message += 1;
        let at = self.day(random.between(1, DAYS), random.between(0, 80_000));
        let mut customer = json!({ "name": person.name() });
        if random.percent(90) {
            customer["email"] =
                json!(if random.percent(5) { typo(random, &person.email) } else { person.email.clone() });
        }
        if random.percent(35) {
            customer["phone"] = json!(person.phone);
        }
        let ticket = json!({ "ticket": format!("T{}", self.message), "opened": at.to_string(), "customer": customer, "topic": random.word("delivery refund size login"), "urgent": random.percent(20) });
        self.push(Feed::Support, ticket.to_string(), at + Duration::from_secs(60), Some(nth));
    }

    fn survey(&mut self, random: &mut Random, nth: usize, person: &Person) {
        if !person.forgotten && !random.percent(18) {
            return;
        }
        let slip = !person.forgotten && random.percent(10);
        let email = if slip { typo(random, &person.email) } else { person.email.clone() };
        // Some have moved since the customer file last heard of them.
        let country = if random.percent(15) { random.pick(&PLACES).0 } else { person.country };
        let submitted = self.day(random.between(4, 20), random.between(0, 80_000)).to_string();
        let recommend = random.below(11).to_string();
        let row = csv(random, &[&email, &submitted, &recommend, country]);
        self.push(Feed::Survey, row, self.day(2, 0), Some(nth));
    }

    // ------------------------------------------------------------ what is broken

    fn broken(&mut self, random: &mut Random) {
        type Wrong = fn(&str, &str, &str, &str) -> String;
        let sorts: [Wrong; 5] = [
            |who, id, at, _| json!({ "userId": who, "messageId": id, "timestamp": at }).to_string(),
            |_, id, at, _| {
                json!({ "type": "track", "event": "Product Viewed", "userId": null, "anonymousId": null, "messageId": id, "timestamp": at }).to_string()
            },
            |who, id, _, word| {
                json!({ "type": "page", "anonymousId": who, "messageId": id, "timestamp": word }).to_string()
            },
            |who, id, at, word| {
                json!({ "type": "track", "event": "Order Completed", "userId": who, "messageId": id, "timestamp": at, "properties": { "amount": word } }).to_string()
            },
            |who, id, _, _| format!("{{\"type\":\"page\",\"anonymousId\":\"{who}\",\"messageId\":\"{id}\""),
        ];
        for sort in sorts {
            for _ in 0..2 + random.below(6) {
                let received = self.day(random.between(2, 30), random.between(0, 80_000));
                let (who, id) = (format!("x-{}", random.hex()), format!("b-{}", random.hex()));
                let bytes = sort(&who, &id, &received.to_string(), random.word("yesterday plenty unknown"));
                self.alone(bytes, received, true);
            }
        }
        // The same id with other words: one of the two stands, the other is a conflict.
        for _ in 0..2 + random.below(6) {
            let received = self.day(random.between(2, 30), random.between(0, 80_000));
            let (who, id, at) = (format!("x-{}", random.hex()), format!("b-{}", random.hex()), received.to_string());
            for name in ["Home", "Basket"] {
                let page =
                    json!({ "type": "page", "name": name, "anonymousId": who, "messageId": id, "timestamp": at });
                self.alone(page.to_string(), received, false);
            }
        }
        for _ in 0..3 + random.below(12) {
            let row = format!("K9{},Only,Three", random.hex());
            self.spoil(Feed::Crm, row, self.day(1, 7_200));
        }
        for _ in 0..3 + random.below(12) {
            let at = self.day(random.between(2, 90), random.between(0, 40_000));
            let word = random.word("twelve much free");
            let row = format!("R9{},C99{},,{at},{word},{}", random.hex(), random.hex(), random.pick(&PLACES).1);
            self.spoil(Feed::Pos, row, self.day(1, 3_600));
        }
        for _ in 0..3 + random.below(12) {
            let at = self.day(random.between(2, 90), random.between(0, 80_000));
            self.spoil(Feed::Support, format!("{{\"ticket\":\"T9{}\",\"opened\":", random.hex()), at);
        }
    }

    /// A message in a request of its own.
    fn alone(&mut self, bytes: String, received: Time, broken: bool) {
        self.request += 1;
        let (feed, request) = (Feed::Web, self.request);
        self.records.push(Record { feed, bytes, request, sent: None, received, truth: None, broken });
    }

    fn spoil(&mut self, feed: Feed, bytes: String, received: Time) {
        self.records.push(Record { feed, bytes, request: 0, sent: None, received, truth: None, broken: true });
    }
}
