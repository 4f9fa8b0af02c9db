// The shop of docs/SEGMENTS.md: whom its examples are asked about. Each example is a test, and includes this file.
// Who Ada is, the page tells; here it stands once more, for the machine.

use onefold_model::schema::Field;
use onefold_model::{
    Kind, Labels, Money, Party, People, ProfileId, RelationId, Schema, Sensitivity, Sheet, Time, Truth, Type, Until,
    Value, Facts,
};
use onefold_segment::{Answer, Definitions, Error, batch};

/// The instant at which everything on the page is asked.
pub fn now() -> Time {
    at("2026-03-01T09:00:00Z")
}

pub fn at(text: &str) -> Time {
    text.parse().unwrap()
}

pub fn schema() -> Schema {
    let labels = Labels { sensitivity: Sensitivity::Health, ..Labels::default() };
    Schema::builder()
        .source("shop", Party::First, 50)
        .kind(Kind::person("customer"))
        .kind(Kind::group("company", "account"))
        .field("country", Type::Text)
        .field("name", Type::Text)
        .field("plan", Type::Text)
        .field("age", Type::Int)
        .field("born", Type::Date)
        .field("signup", Type::Time)
        .field("credit", Type::Money)
        .field("budget", Type::Money)
        .field("tags", Type::List)
        .field("home", Type::Map)
        .field("timezone", Type::Text)
        .field("churn", Type::Score)
        .field("tier", Type::Text)
        .declare_field(Field { name: "illness".into(), labels, ..Field::default() })
        .event("product_view", [("sku", Type::Text), ("category", Type::Text)])
        .event("add_to_cart", [("cart_id", Type::Text)])
        .event(
            "purchase",
            [("cart_id", Type::Text), ("category", Type::Text), ("amount", Type::Money), ("items", Type::List)],
        )
        .event("login", [("device", Type::Text)])
        .purpose("marketing")
        .channel("email")
        .build([7; 32].into())
        .unwrap()
}

/// Everybody, and the company.
pub struct Town {
    pub schema: Schema,
    people: Vec<Sheet>,
    acme: Sheet,
}

fn money(text: &str) -> Money {
    text.parse().unwrap()
}

impl Town {
    pub fn new() -> Self {
        let schema = schema();
        let person = |name: &str| Sheet::new(&schema, &schema.identifier("customer", name).unwrap());
        let event = |sheet: &mut Sheet, when: &str, what: &str, says: &[(&str, Value)]| {
            let draft = schema.draft("shop", what).at(at(when)).message_id(when);
            let draft = says.iter().fold(draft, |draft, (name, value)| draft.set(name, value.clone()));
            sheet.push(draft).unwrap();
        };
        let text = |text: &str| Value::from(text);
        let item = |sku: &str, category: &str, quantity: i64| {
            Value::map([
                ("sku".into(), sku.into()),
                ("category".into(), category.into()),
                ("quantity".into(), quantity.into()),
            ])
        };
        let degrees = |text: &str| Value::from(text.parse::<onefold_model::Decimal>().unwrap());
        let home = Value::map([
            ("city".into(), "Berlin".into()),
            ("lat".into(), degrees("52.52")),
            ("lon".into(), degrees("13.405")),
        ]);
        let mut ada = person("ada");
        for (name, value) in [
            ("country", text("DE")),
            ("name", text("Ada Lovelace")),
            ("plan", text("free")),
            ("born", text("1990-03-04")),
            ("signup", text("2024-05-01T08:00:00Z")),
            ("credit", money("25.00 EUR").into()),
            ("budget", money("100.00 EUR").into()),
            ("tags", vec![text("vip"), text("books")].into()),
            ("home", home),
            ("timezone", text("+01:00")),
            ("churn", degrees("0.12")),
        ] {
            ada = ada.set(name, value).unwrap();
        }
        ada.turn("plan", at("2026-02-10T00:00:00Z"), "pro").unwrap();
        let bought = |cart: &str, category: &str, amount: &str| {
            vec![("cart_id", text(cart)), ("category", text(category)), ("amount", money(amount).into())]
        };
        event(&mut ada, "2025-09-12T10:00:00Z", "purchase", &bought("k1", "books", "420.00 EUR"));
        for day in ["10", "12", "15", "20"] {
            event(&mut ada, &format!("2026-01-{day}T09:00:00Z"), "login", &[("device", text("laptop"))]);
        }
        let shoes = |sku: &str| [("sku", text(sku)), ("category", text("shoes"))];
        event(&mut ada, "2026-02-20T18:00:00Z", "product_view", &shoes("s-9"));
        event(&mut ada, "2026-02-20T18:20:00Z", "product_view", &shoes("s-7"));
        let mut shoes_bought = bought("k2", "shoes", "89.90 EUR");
        shoes_bought.push(("items", vec![item("s-9", "shoes", 1), item("x-1", "care", 3)].into()));
        event(&mut ada, "2026-02-20T19:00:00Z", "purchase", &shoes_bought);
        event(&mut ada, "2026-02-27T09:00:00Z", "login", &[("device", text("phone"))]);
        event(&mut ada, "2026-02-28T20:00:00Z", "add_to_cart", &[("cart_id", text("k3"))]);
        event(&mut ada, "2026-03-01T08:50:00Z", "product_view", &shoes("s-9"));
        let books = [("sku", text("b-1")), ("category", text("books"))];
        event(&mut ada, "2026-03-01T08:58:00Z", "product_view", &books);
        let marketing = schema.purpose("marketing").unwrap();
        let until = Until { value: true, until: at("2027-01-01T00:00:00Z"), exact: true };
        ada.permit(marketing, schema.channel("email").ok(), until);

        let mut ben = person("ben").set("country", "FR").unwrap().set("age", 41).unwrap();
        event(&mut ben, "2026-02-25T10:00:00Z", "purchase", &bought("k4", "books", "30.00 USD"));
        event(&mut ben, "2026-02-28T10:00:00Z", "login", &[("device", text("laptop"))]);
        let mut cem = person("cem").set("country", "DE").unwrap();
        event(&mut cem, "2026-02-24T10:00:00Z", "purchase", &bought("k5", "books", "50.00 EUR"));
        let mut people = vec![ada, ben, cem, person("dora")];
        people.sort_by_key(Facts::profile);
        let acme = Sheet::new(&schema, &schema.identifier("company", "acme").unwrap()).set("tier", "gold").unwrap();
        Self { schema, people, acme }
    }

    pub fn who(&self, name: &str) -> &Sheet {
        let id = ProfileId(self.schema.identifier("customer", name).unwrap().member().token);
        self.people.iter().find(|it| it.profile() == id).unwrap()
    }

    fn works_at_acme(&self, who: ProfileId) -> bool {
        [self.who("ada"), self.who("ben")].iter().any(|it| it.profile() == who)
    }
}

impl People for Town {
    fn see(&self, who: ProfileId, look: &mut dyn FnMut(&dyn Facts)) {
        self.people.iter().filter(|it| it.profile() == who).for_each(|it| look(it));
    }
    fn each(&self, look: &mut dyn FnMut(&dyn Facts)) {
        self.people.iter().for_each(|it| look(it));
    }
    fn related(&self, who: ProfileId, _: RelationId, look: &mut dyn FnMut(&dyn Facts)) {
        if self.works_at_acme(who) {
            look(&self.acme);
        }
    }
    fn fellows(&self, who: ProfileId, _: RelationId, look: &mut dyn FnMut(&dyn Facts)) {
        if self.works_at_acme(who) {
            self.people.iter().filter(|it| self.works_at_acme(it.profile())).for_each(|it| look(it));
        }
    }
}

fn read(text: &str, town: &Town) -> Definitions {
    Definitions::parse(text, &town.schema).unwrap_or_else(|error| panic!("{error}\nin\n{text}"))
}

/// The answer for Ada to the last segment of some definitions, or to a condition alone.
pub fn ask(said: &str) -> Answer {
    let town = Town::new();
    let first = said.split_whitespace().next().unwrap_or_default();
    let is_whole = (first == "segment" || first == "trait") && said.contains(['=', '{']);
    let text = if is_whole { said.to_owned() } else { format!("segment it = {said}") };
    let definitions = read(&text, &town);
    let last = definitions.ids().last().unwrap();
    let ada = town.who("ada");
    let answer = definitions.eval(last, ada, &town, now());
    // What is said of her alone is what is said of her among all.
    let all = batch(&definitions, &town, now());
    assert_eq!(all[last.index()].contains_key(&ada.profile()), answer.value == Truth::Yes, "{said}");
    answer
}

/// Ada is in.
pub fn yes(said: &str) {
    assert_eq!(ask(said).value, Truth::Yes, "{said}");
}

/// Ada is not in.
pub fn no(said: &str) {
    assert_eq!(ask(said).value, Truth::No, "{said}");
}

/// It is unknown whether Ada is in, so that she is not.
pub fn unknown(said: &str) {
    assert_eq!(ask(said).value, Truth::Unknown, "{said}");
}

/// The answer changes at this instant, and not before.
pub fn until(said: &str, changes: &str) {
    let answer = ask(said);
    assert_eq!((answer.until.to_string().as_str(), answer.exact), (changes, true), "{said}");
}

/// The definitions are refused, with this code.
pub fn refused(code: &str, text: &str) {
    match Definitions::parse(text, &schema()) {
        Err(Error::Invalid(all)) => assert!(all.iter().any(|it| it.code == code), "{code}: {all:?}\nof\n{text}"),
        other => panic!("{code}: {other:?}\nof\n{text}"),
    }
}

/// The definitions are taken, and something about them is noted, with this code.
pub fn noted(code: &str, text: &str) {
    let definitions = Definitions::parse(text, &schema()).unwrap_or_else(|error| panic!("{error}\nin\n{text}"));
    assert!(definitions.lints().iter().any(|it| it.code == code), "{code}: {:?}\nof\n{text}", definitions.lints());
}
