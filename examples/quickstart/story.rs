//! The story: what the platform knows about the shop, told from what it says itself.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use onefold::export::{CsvFile, NdjsonFile};
use onefold::identity::Cut;
use onefold::model::{Class, Cursor, Identifier, Members, News, ProfileId, Time};
use onefold::{Person, Platform};
use serde_json::json;

use crate::setup::Failure;
use crate::{Run, Sabotage};

/// What was told, for the judge and for the last line.
pub struct Told {
    pub json: serde_json::Value,
    pub pairs: u64,
    pub unlink_restored: bool,
    pub cart_added: Option<Time>,
    pub cart_fired: Option<Time>,
    /// Reported although its hour was not over.
    pub cart_early: bool,
    /// Device ids that stand in a profile with a login.
    pub linked_devices: BTreeSet<String>,
    /// The newsletter's file.
    pub letters: PathBuf,
}

fn heading(text: &str) {
    println!("\n== {text}");
}

/// Tells it all.
pub fn tell(run: &mut Run) -> Result<Told, Failure> {
    println!("A shop with {} customers and five sources (seed {}).", crate::shop::PEOPLE, run.seed);
    intake(run)?;
    let quality = unification(run);
    let linked_devices = stitching(&run.platform)?;
    golden(&run.platform)?;
    overmerge(&run.platform)?;
    let unlink_restored = unlink(run)?;
    let excluded = groups(&run.platform)?;
    let cart = cart(run)?;
    let sent = exports(run)?;
    heading("How long it took");
    for (stage, seconds) in &run.seconds {
        println!("{stage:>10}  {seconds:>7.3} s");
    }
    let platform = &run.platform;
    let cuts = platform.graph().cuts().count();
    let (stitched, stitch_refused) = stitches(platform);
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
        "profiles": platform.graph().profiles().count(),
        "merges": platform.graph().nodes() - platform.graph().profiles().count(),
        "cuts": cuts,
        "segments": platform.sizes(),
        "exported": sent.exported,
        "refused": sent.refused,
        "stitched": stitched,
        "stitch_refused": stitch_refused,
        "unlink_restored": unlink_restored,
        "precision": quality.precision,
        "recall": quality.recall,
        "cart": { "added_at": cart.added.map(|at| at.to_string()), "fired_at": cart.fired.map(|at| at.to_string()) },
        "win_back_excluded": excluded,
        "files": sent.files.iter().map(|file| file.display().to_string()).collect::<Vec<_>>(),
        "seconds": run.seconds.iter().map(|(stage, seconds)| (stage.to_string(), *seconds)).collect::<BTreeMap<_, _>>(),
        "digest": digest,
    });
    Ok(Told {
        json,
        pairs: quality.pairs,
        unlink_restored,
        cart_added: cart.added,
        cart_fired: cart.fired,
        cart_early: cart.early,
        linked_devices,
        letters: sent.letters,
    })
}

// ---------------------------------------------------------------- what came in

fn intake(run: &Run) -> Result<(), Failure> {
    heading("What came in");
    println!("{}", run.tally);
    for (code, count) in run.platform.kept_aside() {
        println!("{count:>6}  kept aside: {code}");
    }
    for (source, notes) in run.platform.notes() {
        for ((code, path), count) in notes {
            println!("{count:>6}  noted in {source}: {code} at {path}");
        }
    }
    if let Some(record) = run.platform.quarantined()?.first() {
        println!(
            "For example, from {}: {}. Its {} bytes are kept, and can be fed again.",
            record.import,
            record.issue,
            record.raw.reveal().len()
        );
    }
    heading("What the sources are like");
    for (feed, profile) in &run.profiles {
        println!("-- {}\n{profile}", feed.name());
    }
    Ok(())
}

// ---------------------------------------------------------------- who is who

struct Quality {
    precision: f64,
    recall: f64,
    pairs: u64,
}

/// Pairwise precision and recall over the rows whose owner is known.
fn unification(run: &Run) -> Quality {
    let mut together: HashMap<(ProfileId, usize), u64> = HashMap::new();
    let mut by_profile: HashMap<ProfileId, u64> = HashMap::new();
    let mut by_truth: HashMap<usize, u64> = HashMap::new();
    let mut seen = BTreeSet::new();
    for (event, truth) in &run.truth {
        if let (Some(profile), Some(truth)) = (run.platform.graph().home(*event), truth)
            && seen.insert(*event)
        {
            *together.entry((profile, *truth)).or_default() += 1;
            *by_profile.entry(profile).or_default() += 1;
            *by_truth.entry(*truth).or_default() += 1;
        }
    }
    let pairs = |counts: &mut dyn Iterator<Item = u64>| counts.map(|n| n * (n - 1) / 2).sum::<u64>();
    let right = pairs(&mut together.values().copied());
    let claimed = pairs(&mut by_profile.values().copied());
    let true_pairs = pairs(&mut by_truth.values().copied());
    let quality = Quality {
        precision: right as f64 / claimed.max(1) as f64,
        recall: right as f64 / true_pairs.max(1) as f64,
        pairs: claimed,
    };
    heading("Who is who");
    let graph = run.platform.graph();
    println!(
        "{} identifiers are {} profiles. Of the pairs of rows put together, {:.2} % belong together; of those that belong together, {:.2} % were put.",
        graph.nodes(),
        graph.profiles().count(),
        100.0 * quality.precision,
        100.0 * quality.recall
    );
    for (member, neighbours) in graph.generic() {
        let kind = run.platform.schema().kind_info(member.kind).map_or("", |kind| &kind.name);
        println!("An {kind} stands with {neighbours} persons: it is generic, and links through it do not count.");
    }
    quality
}

/// How many device links hold, and how many the gate refused.
fn stitches(platform: &Platform) -> (usize, usize) {
    let schema = platform.schema();
    let is_device = |kind| schema.class(kind) == Class::Device;
    let linked = platform
        .persons()
        .map(|person| {
            let members = platform.graph().members(person.id);
            let proven = members.iter().any(|member| schema.class(member.kind) == Class::Person);
            if proven { members.iter().filter(|member| is_device(member.kind)).count() } else { 0 }
        })
        .sum();
    let refused: BTreeSet<_> = platform
        .graph()
        .cuts()
        .filter(|cut| matches!(cut.reason, Cut::Gate { .. }))
        .flat_map(|cut| [cut.a, cut.b])
        .filter(|member| is_device(member.kind))
        .collect();
    (linked, refused.len())
}

fn stitching(platform: &Platform) -> Result<BTreeSet<String>, Failure> {
    heading("A stranger who logged in");
    let schema = platform.schema();
    let login = schema.kind("user_id")?;
    let device = schema.kind("anonymous_id")?;
    let mut linked = BTreeSet::new();
    let mut shown = false;
    for person in platform.persons() {
        let identifiers = person.identifiers();
        if !identifiers.iter().any(|it| it.member().kind == login) {
            continue;
        }
        for it in identifiers.iter().filter(|it| it.member().kind == device) {
            linked.insert(it.value().reveal().to_string());
            let before = person
                .profile()
                .events()
                .take_while(|event| !event.who.iter().any(|who| who.member().kind == login))
                .count();
            if !shown && before > 2 {
                shown = true;
                println!(
                    "{before} events were a stranger's. Then device {} was {}'s, because",
                    it.value().reveal(),
                    called(&person)
                );
                if let Some(path) = person.why_one("anonymous_id", it.value().reveal())? {
                    println!("{path}");
                }
            }
        }
    }
    heading("One who said no");
    if let Some(cut) = platform.graph().cuts().find(|cut| matches!(cut.reason, Cut::Gate { .. })) {
        println!("A login and a device were named together, and are not linked: {}", cut.reason);
        println!("The device's refusal still counts for the person.");
    }
    Ok(linked)
}

fn called(person: &Person<'_>) -> String {
    match person.get("name") {
        Ok(name) if !name.is_null() => name.to_string(),
        _ => person
            .identifiers()
            .first()
            .map_or_else(|| "somebody".into(), |it: &&Identifier| it.value().reveal().to_string()),
    }
}

fn golden(platform: &Platform) -> Result<(), Failure> {
    heading("One profile, and where it comes from");
    let person = platform
        .persons()
        .filter(|person| !person.contradictions().is_empty())
        .max_by_key(|person| (person.traits().count(), person.profile().events().count(), person.id));
    let Some(person) = person else { return Ok(()) };
    println!(
        "{} ({}), {} events in {} visits",
        called(&person),
        person.id,
        person.events().count(),
        person.sessions(Duration::from_secs(1_800)).len()
    );
    for (field, _) in person.traits() {
        if let Some(why) = person.why(field)? {
            println!("{why}");
        }
    }
    for contradiction in person.contradictions() {
        println!("The sources disagree: {contradiction}");
    }
    Ok(())
}

fn overmerge(platform: &Platform) -> Result<(), Failure> {
    heading("Two persons who stay two");
    let cut = platform.graph().cuts().find(|cut| {
        let classes = [cut.a, cut.b].map(|member| platform.schema().class(member.kind));
        !matches!(cut.reason, Cut::Gate { .. }) && classes == [Class::Person, Class::Person]
    });
    let Some(cut) = cut else { return Ok(()) };
    let name = |member: onefold::model::Member| {
        platform
            .graph()
            .profile(member)
            .and_then(|id| platform.person(id))
            .map_or_else(String::new, |person| called(&person))
    };
    println!("{} and {} were named together, and are not merged: {}", name(cut.a), name(cut.b), cut.reason);
    if let Some(why_not) = platform.graph().why_not(cut.a, cut.b) {
        println!("{why_not}");
    }
    Ok(())
}

// ---------------------------------------------------------------- undo

/// A person's id, members and values.
type Likeness = (ProfileId, Vec<onefold::model::Member>, Vec<(String, String)>);

/// What a person is: the members of her cluster, and all her values.
fn likeness(platform: &Platform, member: onefold::model::Member) -> Option<Likeness> {
    let id = platform.graph().profile(member)?;
    let person = platform.person(id)?;
    let values = person.traits().map(|(name, value)| (name.to_owned(), value.to_string())).collect();
    Some((id, platform.graph().members(id).to_vec(), values))
}

/// Support joins two customers by mistake, and a ruling parts them again.
fn unlink(run: &mut Run) -> Result<bool, Failure> {
    heading("A mistake, undone");
    let emailed = |person: &Person<'_>| -> Option<Identifier> {
        let mut all =
            person.identifiers().into_iter().filter(|it| platform_kind(&run.platform, it) == "email").cloned();
        all.next()
    };
    let settled = run.platform.persons().filter(|person| {
        person.traits().count() >= 3
            && !person.identifiers().iter().any(|it| platform_kind(&run.platform, it) == "user_id")
    });
    let pair: Vec<Identifier> = settled.filter_map(|person| emailed(&person)).take(2).collect();
    let [a, b] = pair.as_slice() else { return Ok(false) };
    let before = (likeness(&run.platform, a.member()), likeness(&run.platform, b.member()));
    let at = run.shop.now;
    run.platform.link(a, b, "support, by mistake", at)?;
    let joined = run.platform.graph().profile(a.member()) == run.platform.graph().profile(b.member());
    if run.sabotage != Sabotage::NoUnlink {
        run.platform.unlink(a, b, "support, on second thoughts", at + Duration::from_secs(60))?;
    }
    let after = (likeness(&run.platform, a.member()), likeness(&run.platform, b.member()));
    // In a second run on the same store the two were parted before they could be joined again.
    let was_live = run.platform.now() <= at + Duration::from_secs(60);
    let restored = before == after && before.0.is_some() && before.0 != before.1 && (joined || !was_live);
    println!(
        "Support {} two customers, and thought better of it. Members, ids and values are {} before.",
        if joined { "joined" } else { "had once joined" },
        if restored { "what they were" } else { "NOT what they were" }
    );
    Ok(restored)
}

fn platform_kind<'a>(platform: &'a Platform, identifier: &Identifier) -> &'a str {
    platform.schema().kind_info(identifier.member().kind).map_or("", |kind| &kind.name)
}

// ---------------------------------------------------------------- groups

fn groups(platform: &Platform) -> Result<usize, Failure> {
    heading("Who belongs where");
    for (name, size) in platform.sizes() {
        println!("{size:>6}  {name}");
    }
    let active: BTreeSet<ProfileId> = platform.members("active_sales_cycle")?.collect();
    let lapsed: BTreeSet<ProfileId> = platform.members("lapsed_spenders")?.collect();
    let back: BTreeSet<ProfileId> = platform.members("win_back")?.collect();
    let excluded = lapsed.intersection(&active).count();
    println!("{} would be won back; {excluded} of them are in a sales cycle and are left alone.", lapsed.len());
    for id in lapsed.intersection(&active).take(1).chain(back.iter().take(1)) {
        if let Some(person) = platform.person(*id) {
            println!("{}: {}", called(&person), person.why_in("win_back")?);
        }
    }
    Ok(excluded)
}

/// The message id of the last act, and the cart's.
const LAST_CART: &str = "the last cart";

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
        let logs_in = person.identifiers().iter().any(|it| platform_kind(&run.platform, it) == "user_id");
        logs_in && !person.is_in("cart_abandoned").unwrap_or(true)
    };
    // In a second run on the same store it is the person of the first.
    let known = run.platform.graph().home(run.platform.schema().message_id("web", LAST_CART));
    let Some(person) = known.and_then(|id| run.platform.person(id)).or_else(|| run.platform.persons().find(candidate))
    else {
        return Ok(nobody);
    };
    let Some(user) = person.addresses().get("user_id").cloned() else { return Ok(nobody) };
    let who = called(&person);
    let added = run.shop.now + Duration::from_secs(600);
    let cart = run
        .platform
        .draft("web", "add_to_cart")
        .message_id(LAST_CART)
        .who("user_id", &user)
        .at(added)
        .received(added)
        .set("cart_id", LAST_CART);
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
    println!(
        "{who} filled a cart at {added}. One second before the hour was over nothing had fired; it fired at {}.",
        fired.map_or_else(|| "no time".into(), |at| at.to_string())
    );
    if let Some(person) = run.platform.find("user_id", &user)? {
        println!("{}", person.why_in("cart_abandoned")?);
    }
    run.seconds.push(("cart", clock.elapsed().as_secs_f64()));
    Ok(Cart { added: Some(added), fired, early })
}

// ---------------------------------------------------------------- out

struct Sent {
    exported: u64,
    refused: usize,
    files: Vec<PathBuf>,
    letters: PathBuf,
}

fn exports(run: &mut Run) -> Result<Sent, Failure> {
    heading("Out, as far as consent goes");
    let clock = Instant::now();
    let (letters, research) = (run.out.join("neighbours-newsletter.csv"), run.out.join("win-back-research.ndjson"));
    let mut file = CsvFile::create(&letters)?;
    let newsletter = run.platform.activate("neighbours", "newsletter", &mut file)?;
    let mut file = NdjsonFile::create(&research)?;
    let study = run.platform.activate("win_back", "research", &mut file)?;
    for (name, sent) in [("newsletter", &newsletter), ("research", &study)] {
        println!("{name}: {} sent, {} refused", sent.receipt.sent, sent.refused.len());
        let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
        for refusal in &sent.refused {
            *reasons.entry(refusal.decision.what_would_permit().to_string()).or_default() += 1;
        }
        for (would, count) in reasons.iter().take(4) {
            println!("{count:>6}  would need: {would}");
        }
        if let Some(refusal) = sent.refused.first() {
            println!("For example: {refusal}");
        }
    }
    let files = vec![letters.clone(), research];
    for file in &files {
        println!("written: {} ({} bytes)", file.display(), std::fs::metadata(file)?.len());
    }
    run.seconds.push(("export", clock.elapsed().as_secs_f64()));
    Ok(Sent {
        exported: newsletter.receipt.sent + study.receipt.sent,
        refused: newsletter.refused.len() + study.refused.len(),
        files,
        letters,
    })
}
