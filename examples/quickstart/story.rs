//! The story: what the platform knows about the shop, told from what it says itself.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use onefold::consent::Because;
use onefold::export::{CsvFile, NdjsonFile};
use onefold::identity::{Cut, CutLink, WhyNot};
use onefold::model::{Class, Cursor, Identifier, Member, Members, News, ProfileId, Time};
use onefold::{Activation, Person, Platform};
use serde_json::json;

use crate::setup::Failure;
use crate::{Run, Sabotage};

/// What was told, for the judge and for the last line.
pub struct Told {
    pub json: serde_json::Value,
    pub unlink_restored: bool,
    pub cart_added: Option<Time>,
    pub cart_fired: Option<Time>,
    /// Reported although its hour was not over.
    pub cart_early: bool,
    /// Anonymous ids that stand in a profile with something that proves a person.
    pub linked_devices: BTreeSet<String>,
    /// The newsletter's file, and that of the research.
    pub letters: PathBuf,
    pub research: PathBuf,
}

const WIDTH: usize = 110;

pub fn heading(text: &str) {
    println!("\n== {text}");
}

/// Prints a paragraph, broken into lines; what follows stands a little further to the right.
pub fn say(text: &str) {
    let indent = text.len() - text.trim_start().len();
    let mut line = " ".repeat(indent);
    let mut is_empty = true;
    for word in text.split_whitespace() {
        if !is_empty && line.chars().count() + 1 + word.chars().count() > WIDTH {
            println!("{line}");
            line = " ".repeat(indent + 2);
        } else if !is_empty {
            line.push(' ');
        }
        line.push_str(word);
        is_empty = false;
    }
    println!("{line}");
}

/// Prints what is in lines already.
fn lines(text: &str) {
    text.lines().for_each(say);
}

/// A line that is not too long.
pub fn clip(line: &str) -> String {
    match line.char_indices().nth(WIDTH - 3) {
        Some((at, _)) if line.chars().count() > WIDTH => format!("{}...", &line[..at]),
        _ => line.to_owned(),
    }
}

/// The values of identifiers, for those who may see them: an explanation shows tokens.
struct Values<'a> {
    platform: &'a Platform,
    known: BTreeMap<Member, &'a Identifier>,
}

impl<'a> Values<'a> {
    fn of(platform: &'a Platform) -> Self {
        let events = platform.persons().flat_map(|person| person.profile().events());
        let known = events.flat_map(|event| event.who.iter()).map(|it| (it.member(), it)).collect();
        Self { platform, known }
    }

    fn name(&self, member: Member) -> String {
        let kind = self.platform.schema().kind_info(member.kind).map_or("", |kind| &kind.name);
        match self.known.get(&member) {
            Some(identifier) => format!("{kind} {}", identifier.value().reveal()),
            None => kind.to_owned(),
        }
    }

    /// An explanation with the values of the identifiers that it speaks of.
    fn spell(&self, text: &str, members: impl IntoIterator<Item = Member>) -> String {
        members.into_iter().fold(text.to_owned(), |text, member| {
            let kind = self.platform.schema().kind_info(member.kind).map_or("", |kind| &kind.name);
            text.replace(&format!("{kind} {:.8}", member.token.to_string()), &self.name(member))
        })
    }
}

/// Tells it all.
pub fn tell(run: &mut Run) -> Result<Told, Failure> {
    say(&format!(
        "A shop with {} customers and five sources (seed {}), as it stands at {}.",
        run.shop.people, run.seed, run.shop.now
    ));
    intake(run)?;
    unification(run);
    let linked_devices = stitching(&run.platform)?;
    golden(&run.platform)?;
    overmerge(&run.platform);
    let unlink_restored = crate::undo::unlink(run)?;
    let cart = cart(run)?;
    let excluded = groups(&run.platform)?;
    let sent = exports(run)?;
    heading("How long it took");
    let laps: Vec<String> = run.seconds.iter().map(|(stage, seconds)| format!("{stage} {seconds:.3} s")).collect();
    say(&format!("{}.", laps.join(", ")));
    let platform = &run.platform;
    let refused_devices = refusals(platform).iter().map(|(device, _)| *device).collect::<BTreeSet<_>>();
    let (profiles, nodes) = (platform.graph().profiles().count(), platform.graph().nodes());
    let quality = quality(&rows(run));
    let digest = platform.digest();
    println!("\nThe state's digest: {digest}");
    let tally = run.tally;
    let json = json!({
        "seed": run.seed,
        "received": tally.received,
        "accepted": tally.accepted,
        "duplicate": tally.duplicate,
        "quarantined": tally.quarantined,
        "suppressed": tally.suppressed,
        "profiles": profiles,
        "merges": nodes - profiles,
        "cuts": platform.graph().cuts().count(),
        "segments": platform.sizes(),
        "exported": sent.exported,
        "refused": sent.refused,
        "stitched": linked_devices.len(),
        "stitch_refused": refused_devices.len(),
        "unlink_restored": unlink_restored,
        "precision": quality.precision,
        "recall": quality.recall,
        "cart": { "added_at": cart.added.map(|at| at.to_string()), "fired_at": cart.fired.map(|at| at.to_string()) },
        "win_back_excluded": excluded,
        "files": [sent.letters.display().to_string(), sent.research.display().to_string()],
        "seconds": run.seconds.iter().map(|(stage, seconds)| (stage.to_string(), *seconds)).collect::<BTreeMap<_, _>>(),
        "digest": digest,
    });
    Ok(Told {
        json,
        unlink_restored,
        cart_added: cart.added,
        cart_fired: cart.fired,
        cart_early: cart.early,
        linked_devices,
        letters: sent.letters,
        research: sent.research,
    })
}

// ---------------------------------------------------------------- what came in

fn intake(run: &Run) -> Result<(), Failure> {
    heading("What came in");
    println!("{}", run.intake);
    let aside: Vec<String> = run.platform.kept_aside().iter().map(|(code, count)| format!("{count} {code}")).collect();
    if !aside.is_empty() {
        say(&format!("Kept aside, until somebody mends and feeds them again: {}.", aside.join(", ")));
    }
    let notes = run.platform.notes().flat_map(|(source, notes)| notes.iter().map(move |note| (source, note)));
    let notes: Vec<String> =
        notes.map(|(source, ((code, path), count))| format!("{count} {code} at {path} of {source}")).collect();
    if !notes.is_empty() {
        say(&format!("Taken in all the same, and noted: {}.", notes.join(", ")));
    }
    if let Some(record) = run.platform.quarantined()?.first() {
        say(&format!(
            "For example, from {}: {}. Its {} bytes are kept as they came.",
            record.import,
            record.issue,
            record.raw.reveal().len()
        ));
    }
    heading("What the sources are like");
    run.looks.iter().for_each(crate::sources::Look::tell);
    Ok(())
}

// ---------------------------------------------------------------- who is who

struct Quality {
    precision: f64,
    recall: f64,
}

/// Pairwise precision and recall over rows of which it is known where they stand and whose they are.
fn quality(rows: &[(ProfileId, usize)]) -> Quality {
    let mut together: HashMap<(ProfileId, usize), u64> = HashMap::new();
    let mut by_profile: HashMap<ProfileId, u64> = HashMap::new();
    let mut by_truth: HashMap<usize, u64> = HashMap::new();
    for (profile, truth) in rows {
        *together.entry((*profile, *truth)).or_default() += 1;
        *by_profile.entry(*profile).or_default() += 1;
        *by_truth.entry(*truth).or_default() += 1;
    }
    let pairs = |counts: &mut dyn Iterator<Item = u64>| counts.map(|n| n * (n - 1) / 2).sum::<u64>() as f64;
    let right = pairs(&mut together.into_values());
    let claimed = pairs(&mut by_profile.into_values());
    let true_pairs = pairs(&mut by_truth.into_values());
    Quality { precision: right / claimed.max(1.0), recall: right / true_pairs.max(1.0) }
}

/// Whether something in the profile proves a person.
fn is_proven(platform: &Platform, id: ProfileId) -> bool {
    platform.graph().members(id).iter().any(|it| platform.schema().class(it.kind) == Class::Person)
}

/// The rows of which it is known where they stand and whose they are.
fn rows(run: &Run) -> Vec<(ProfileId, usize)> {
    let mut seen = BTreeSet::new();
    let rows = run.ids.iter().zip(&run.shop.records).filter_map(|(id, record)| {
        let (id, truth) = ((*id)?, record.truth?);
        seen.insert(id).then_some((run.platform.graph().home(id)?, truth))
    });
    rows.collect()
}

fn unification(run: &Run) {
    let (platform, graph) = (&run.platform, run.platform.graph());
    let rows = rows(run);
    let all = quality(&rows);
    heading("Who is who");
    let (profiles, nodes) = (graph.profiles().count(), graph.nodes());
    say(&format!(
        "{nodes} identifiers are {profiles} profiles. Of the pairs of rows that were put together, {:.2} % belong \
         together; of those that belong together, {:.2} % were put.",
        100.0 * all.precision,
        100.0 * all.recall
    ));
    let strangers: BTreeSet<ProfileId> =
        platform.persons().map(|person| person.id).filter(|id| !is_proven(platform, *id)).collect();
    let known: Vec<_> = rows.iter().filter(|(home, _)| !strangers.contains(home)).copied().collect();
    say(&format!(
        "What is missing is mostly the visits of strangers, who looked around and never logged in, or did not want to \
         be recognised: {} profiles with {} rows of which nobody can know whose they are. Without them {:.2} % were \
         put together.",
        strangers.len(),
        rows.len() - known.len(),
        100.0 * quality(&known).recall
    ));
    let values = Values::of(platform);
    for (member, neighbours) in graph.generic() {
        say(&format!(
            "The {} stands with {neighbours} persons: it is nobody's own, and links through it do not count.",
            values.name(member)
        ));
    }
}

/// Links of anonymous visitors that the gate refused: the visitor and the link.
fn refusals(platform: &Platform) -> Vec<(Member, CutLink)> {
    let device = platform.schema().kind("anonymous_id").ok();
    let refused = platform.graph().cuts().filter(|cut| matches!(cut.reason, Cut::Gate { .. }));
    refused.filter_map(|cut| Some(([cut.a, cut.b].into_iter().find(|end| Some(end.kind) == device)?, cut))).collect()
}

fn stitching(platform: &Platform) -> Result<BTreeSet<String>, Failure> {
    heading("A stranger who logged in");
    let schema = platform.schema();
    let login = schema.kind("user_id")?;
    let device = schema.kind("anonymous_id")?;
    let values = Values::of(platform);
    let mut linked = BTreeSet::new();
    let mut shown = false;
    for person in platform.persons().filter(|person| is_proven(platform, person.id)) {
        for it in person.identifiers().into_iter().filter(|it| it.member().kind == device) {
            linked.insert(it.value().reveal().to_string());
            let of_device = || person.profile().events().filter(|event| event.who.contains(it));
            let names_login = |event: &onefold::model::Event| event.who.iter().any(|who| who.member().kind == login);
            let before = of_device().take_while(|event| !names_login(event)).count();
            if !shown && before > 2 && of_device().count() > before {
                shown = true;
                say(&format!(
                    "{before} events on the device {} were a stranger's. Then she logged in, and all of them are {}'s, \
                     because:",
                    it.value().reveal(),
                    called(&person)
                ));
                if let Some(path) = person.why_one("anonymous_id", it.value().reveal())? {
                    let members = path.steps.iter().flat_map(|step| [step.a, step.b]);
                    say(&format!("  {}.", values.spell(&path.to_string(), members)));
                }
            }
        }
    }
    say(&format!("So it went with {} devices.", linked.len()));

    heading("One who said no");
    let refused = refusals(platform);
    let denials = |device: Member| {
        let said = platform.consent().ledger().entries_of(device).iter();
        said.filter(|entry| entry.action.name() == "refuse").map(|entry| entry.occurred).max()
    };
    let example = refused.iter().find_map(|(device, cut)| {
        let other = if cut.a == *device { cut.b } else { cut.a };
        let person = platform.person(platform.graph().profile(other)?)?;
        Some((*device, cut, person, denials(*device)?))
    });
    if let Some((device, cut, person, at)) = example {
        let alone = platform.graph().profile(device).map_or(0, |id| platform.graph().events(id).len());
        say(&format!(
            "{} came with the {} and was asked at {at} whether it may be recognised. The answer was no. Logins on that \
             device are hers, but it is not linked to them: {}.",
            called(&person),
            values.name(device),
            cut.reason
        ));
        say(&format!(
            "The device's {alone} other events stay a stranger's, and its refusal counts for her all the same."
        ));
    }
    let devices: BTreeSet<Member> = refused.iter().map(|(device, _)| *device).collect();
    say(&format!("So it went with {} devices.", devices.len()));
    Ok(linked)
}

/// What somebody is called.
pub fn called(person: &Person<'_>) -> String {
    match person.get("name") {
        Ok(name) if !name.is_null() => name.to_string(),
        _ => person
            .identifiers()
            .first()
            .map_or_else(|| "somebody".into(), |it: &&Identifier| it.value().reveal().to_string()),
    }
}

/// The name of an identifier's kind.
pub fn kind_of<'a>(platform: &'a Platform, identifier: &Identifier) -> &'a str {
    platform.schema().kind_info(identifier.member().kind).map_or("", |kind| &kind.name)
}

fn golden(platform: &Platform) -> Result<(), Failure> {
    heading("One profile, and where it comes from");
    let country = platform.schema().field("country")?;
    let person = platform
        .persons()
        .filter(|person| person.contradictions().iter().any(|it| it.field == country))
        .max_by_key(|person| (person.traits().count(), person.profile().events().count(), person.id));
    let Some(person) = person else { return Ok(()) };
    say(&format!(
        "{} ({}), {} events in {} visits.",
        called(&person),
        person.id,
        person.events().count(),
        person.sessions(Duration::from_secs(1_800)).len()
    ));
    for (field, _) in person.traits() {
        if let Some(why) = person.why(field)? {
            say(&format!("{why}."));
        }
    }
    for contradiction in person.contradictions() {
        let text = contradiction.to_string();
        say(&format!("But {text}."));
    }
    Ok(())
}

fn overmerge(platform: &Platform) {
    heading("Two persons who stay two");
    let person = |member: Member| platform.graph().profile(member).and_then(|id| platform.person(id));
    let example = platform.graph().cuts().find_map(|cut| {
        let classes = [cut.a, cut.b].map(|member| platform.schema().class(member.kind));
        let people = !matches!(cut.reason, Cut::Gate { .. }) && classes == [Class::Person, Class::Person];
        people.then_some(())?;
        Some((person(cut.a)?, person(cut.b)?, cut))
    });
    let Some((one, other, cut)) = example else { return };
    let values = Values::of(platform);
    say(&format!("{} and {} were named together, and are not merged: {}.", called(&one), called(&other), cut.reason));
    if let Some(why_not) = platform.graph().why_not(cut.a, cut.b) {
        let members = match &why_not {
            WhyNot::Cut(link) => vec![link.a, link.b],
            _ => vec![cut.a, cut.b],
        };
        say(&format!("  {}.", values.spell(&why_not.to_string(), members)));
    }
}

// ---------------------------------------------------------------- groups

fn groups(platform: &Platform) -> Result<usize, Failure> {
    heading("Who belongs where");
    say(&format!("At {}, the end of this story:", platform.now()));
    for (name, size) in platform.sizes() {
        println!("{size:>6}  {name}");
    }
    let active: BTreeSet<ProfileId> = platform.members("active_sales_cycle")?.collect();
    let lapsed: BTreeSet<ProfileId> = platform.members("lapsed_spenders")?.collect();
    let back: BTreeSet<ProfileId> = platform.members("win_back")?.collect();
    let excluded = lapsed.intersection(&active).count();
    say(&format!(
        "{} spent much and have been silent for two weeks; {excluded} of them are in a sales cycle and are left alone.",
        lapsed.len()
    ));
    for id in lapsed.intersection(&active).take(1).chain(back.iter().take(1)) {
        if let Some(person) = platform.person(*id) {
            let name = called(&person);
            for segment in ["lapsed_spenders", "win_back"] {
                lines(&format!("{name}: {}", person.why_in(segment)?));
            }
        }
    }
    Ok(excluded)
}

struct Cart {
    added: Option<Time>,
    fired: Option<Time>,
    early: bool,
}

/// Somebody fills a cart and nothing more is heard of her.
fn cart(run: &mut Run) -> Result<Cart, Failure> {
    heading("A cart, left");
    let clock = Instant::now();
    let nobody = Cart { added: None, fired: None, early: false };
    // Somebody with a login who has left no other cart behind.
    let candidate = |person: &Person<'_>| {
        let logs_in = person.identifiers().iter().any(|it| kind_of(&run.platform, it) == "user_id");
        logs_in && !person.is_in("cart_abandoned").unwrap_or(true)
    };
    // In a second run on the same store it is the person of the first.
    let message = run.shop.cart.message.clone();
    let known = run.platform.graph().home(run.platform.schema().message_id("web", &message));
    let Some(person) = known.and_then(|id| run.platform.person(id)).or_else(|| run.platform.persons().find(candidate))
    else {
        return Ok(nobody);
    };
    let Some(user) = person.addresses().get("user_id").cloned() else { return Ok(nobody) };
    let who = called(&person);
    let added = run.shop.now + run.shop.cart.after;
    let cart = run
        .platform
        .draft("web", "add_to_cart")
        .message_id(&message)
        .who("user_id", &user)
        .at(added)
        .received(added)
        .set("cart_id", run.shop.cart.cart.as_str());
    // In a second run on the same store all this has been before, and is only looked up.
    let is_live = run.platform.now() < added + Duration::from_secs(3_600);
    run.tally += run.platform.ingest([cart])?;
    let abandoned = run.platform.segment("cart_abandoned")?;
    let fast = Duration::from_secs(u64::from(run.sabotage == Sabotage::FastClock));
    let reported = |platform: &Platform| -> Result<Option<Time>, Failure> {
        let id = platform.find("user_id", &user)?.map(|person| person.id);
        let entered = platform.changes(Cursor::default())?.filter(|change| {
            change.news == News::Entered(abandoned) && Some(change.profile) == id && change.at >= added
        });
        Ok(entered.map(|change| change.at).next())
    };
    run.platform.advance(added + Duration::from_secs(3_599) + fast)?;
    let early = is_live && reported(&run.platform)?.is_some();
    run.platform.advance(added + Duration::from_secs(3_600))?;
    let fired = reported(&run.platform)?;
    say(&format!("{who} filled a cart at {added}, which is one more record, and was not heard of again."));
    println!("{}", run.tally);
    match (fired, is_live) {
        (Some(at), true) => say(&format!("After 3599 seconds nothing had fired. It fired at {at}.")),
        (Some(at), false) => say(&format!("That was in an earlier run, and it fired at {at}.")),
        (None, _) => say("It never fired."),
    }
    if let Some(person) = run.platform.find("user_id", &user)? {
        lines(&person.why_in("cart_abandoned")?.to_string());
    }
    run.seconds.push(("cart", clock.elapsed().as_secs_f64()));
    Ok(Cart { added: Some(added), fired, early })
}

// ---------------------------------------------------------------- out

struct Sent {
    exported: u64,
    refused: usize,
    letters: PathBuf,
    research: PathBuf,
}

fn exports(run: &mut Run) -> Result<Sent, Failure> {
    heading("Out, as far as consent goes");
    let clock = Instant::now();
    let (letters, research) = (run.out.join("neighbours-newsletter.csv"), run.out.join("win-back-research.ndjson"));
    let mut file = CsvFile::create(&letters)?;
    let newsletter = run.platform.activate("neighbours", "newsletter", &mut file)?;
    let mut file = NdjsonFile::create(&research)?;
    let study = run.platform.activate("win_back", "research", &mut file)?;
    told_of(&run.platform, "The newsletter for neighbours", &newsletter);
    told_of(&run.platform, "The research on those to win back", &study);
    for file in [&letters, &research] {
        let bytes =
            std::fs::metadata(file).map_err(|error| format!("cannot read `{}`: {error}", file.display()))?.len();
        println!("written: {} ({bytes} bytes)", file.display());
    }
    run.seconds.push(("export", clock.elapsed().as_secs_f64()));
    Ok(Sent {
        exported: newsletter.receipt.sent + study.receipt.sent,
        refused: newsletter.refused.len() + study.refused.len(),
        letters,
        research,
    })
}

fn told_of(platform: &Platform, what: &str, sent: &Activation) {
    say(&format!(
        "{what}: {} may go out and are sent, {} are refused. Refused because",
        sent.receipt.sent,
        sent.refused.len()
    ));
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    for refusal in &sent.refused {
        let because = refusal.decision.reasons.iter();
        let because: Vec<String> = because.map(|it| Because { choice: None, ..it.clone() }.to_string()).collect();
        *reasons.entry(because.join(" and ")).or_default() += 1;
    }
    for (reason, count) in reasons {
        println!("{count:>6}  {reason}");
    }
    // Somebody who said no is worth more words than somebody who said nothing.
    let example =
        sent.refused.iter().max_by_key(|it| it.decision.reasons.iter().any(|because| because.choice.is_some()));
    if let Some((refusal, person)) = example.and_then(|it| Some((it, platform.person(it.profile)?))) {
        say(&format!("For example {} is {}.", called(&person), refusal.decision));
        say(&format!("  What would permit it: {}.", refusal.decision.what_would_permit()));
    }
}
