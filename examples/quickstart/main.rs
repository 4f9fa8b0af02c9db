//! A shop's data from five sources: in, unified, grouped, asked for consent, and out, with a story to read.
//!
//! `cargo run --release --example quickstart` tells the story of one shop; another `--seed` is another shop.
//! `--json` ends with one JSON object. The program judges itself: what it says is compared with what the generator
//! knows, by code that shares nothing with the platform, and it exits with 1 where the two disagree. `--sabotage NAME`
//! plants a defect to show that it would notice.

mod dump;
mod judge;
mod names;
mod random;
mod setup;
mod shop;
mod sources;
mod story;
mod undo;
mod witness;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use onefold::model::{EventId, Parsed, Schema, Tally, Time, TokenKey};
use onefold::store::KeyFile;
use onefold::{Platform, ingest};
use onefold_examples::Args;
use sha2::{Digest, Sha256};

use setup::Failure;
use shop::{Feed, Record, Shop};
use sources::Look;

const HELP: &str = "\
A shop's data from five sources, unified: the whole of onefold in one story.

  --seed S          another shop, 1 and up (default 1)
  --shuffle SEED    feed the records in another order; the digest stays
  --threads N       receive records on N threads; the digest stays
  --drop N          leave out record N (from 0)
  --store DIR       keep the log in DIR; a second run feeds the same and adds nothing
  --dump FILE       write the canonical state, whose SHA-256 is the digest
  --out DIR         where exported files go (default: a folder in the system's temporary one)
  --json            one JSON object as the last line
  --sabotage NAME   plant a defect, which the program must report:
                      lost-record      one record disappears on its way in
                      keep-suppressed  the list of those who must not be stored again is not loaded
                      no-limit         no identifier is unique, and none has a limit
                      open-gate        devices are linked without asking for consent
                      no-unlink        the ruling that should part two persons never arrives
                      fast-clock       the host's clock runs a second fast
                      late-segment     the win-back segment waits three weeks instead of two
                      open-door        the newsletter goes out on the wrong legal basis
                      wide-plan        the newsletter takes the date of birth along

Numbers in the JSON: `profiles` counts clusters, `merges` the identifiers less the clusters, `cuts` the links that do
not hold; `stitched` counts the anonymous visitors who stand in a profile with something that proves a person,
`stitch_refused` those whose link to one was refused for want of consent. All of them, the segments' sizes and the
digest are of the end of the story, an hour after the last cart was filled.
";

/// The parts into which a sabotage can be injected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sabotage {
    #[default]
    None,
    LostRecord,
    KeepSuppressed,
    NoLimit,
    OpenGate,
    NoUnlink,
    FastClock,
    LateSegment,
    OpenDoor,
    WidePlan,
}

impl Sabotage {
    fn named(name: &str) -> Option<Self> {
        [
            ("lost-record", Self::LostRecord),
            ("keep-suppressed", Self::KeepSuppressed),
            ("no-limit", Self::NoLimit),
            ("open-gate", Self::OpenGate),
            ("no-unlink", Self::NoUnlink),
            ("fast-clock", Self::FastClock),
            ("late-segment", Self::LateSegment),
            ("open-door", Self::OpenDoor),
            ("wide-plan", Self::WidePlan),
        ]
        .into_iter()
        .find(|(known, _)| *known == name)
        .map(|(_, sabotage)| sabotage)
    }
}

/// What the run is about.
pub struct Run {
    pub seed: u64,
    pub shop: Shop,
    pub platform: Platform,
    /// What became of the shop's records.
    pub intake: Tally,
    /// The same, with the cart that is filled while the story is told.
    pub tally: Tally,
    /// The event that each record would be, if it could be read.
    pub ids: Vec<Option<EventId>>,
    pub looks: Vec<Look>,
    pub out: PathBuf,
    /// Whether the store held something before.
    pub again: bool,
    pub seconds: Vec<(&'static str, f64)>,
    pub sabotage: Sabotage,
}

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<bool, Failure> {
    let args = Args::read(
        &["json", "help"],
        &["seed", "shuffle", "threads", "drop", "store", "dump", "out", "sabotage"],
        &[],
    )?;
    if args.has("help") {
        print!("{HELP}");
        return Ok(true);
    }
    if let Some(word) = args.rest.first() {
        return Err(format!("`{word}` is not an option; `--help` lists them").into());
    }
    let seed: u64 = args.parse("seed", 1)?;
    let threads: usize = args.parse("threads", 1)?;
    let sabotage = match args.get("sabotage") {
        Some(name) => Sabotage::named(name).ok_or_else(|| format!("unknown sabotage `{name}`; `--help` lists them"))?,
        None => Sabotage::None,
    };
    let out =
        args.get("out").map_or_else(|| std::env::temp_dir().join(format!("onefold-quickstart-{seed}")), PathBuf::from);
    std::fs::create_dir_all(&out).map_err(|error| format!("cannot create the folder `{}`: {error}", out.display()))?;
    // Whoever asks for the dump hears at once that it cannot be written.
    let cannot_dump = |error| format!("cannot write the dump to `{}`: {error}", args.get("dump").unwrap_or_default());
    let dump = args.get("dump").map(std::fs::File::create).transpose().map_err(cannot_dump)?;

    // 1. The shop makes its data; the order in which it arrives is ours to choose.
    let mut seconds = Vec::new();
    let mut clock = Instant::now();
    let mut lap = |name: &'static str, seconds: &mut Vec<(&'static str, f64)>| {
        seconds.push((name, clock.elapsed().as_secs_f64()));
        clock = Instant::now();
    };
    let mut shop = Shop::new(seed);
    if let Some(nth) = args.get("drop") {
        let nth: usize = nth.parse().map_err(|_| format!("`--drop {nth}` is not the number of a record"))?;
        if nth >= shop.records.len() {
            return Err(format!("`--drop {nth}`: there are {} records, numbered from 0", shop.records.len()).into());
        }
        shop.records.remove(nth);
    }
    if let Some(order) = args.get("shuffle") {
        let order: u64 = order.parse().map_err(|_| format!("`--shuffle {order}` is not a number"))?;
        random::Random::new(order ^ 0x0F0F).shuffle(&mut shop.records);
    }
    lap("make", &mut seconds);

    // 2. A platform is defined, then opened. Time is told, never asked for.
    let key: [u8; 32] = Sha256::digest(format!("quickstart {seed}")).into();
    let schema = setup::schema(TokenKey::from(key), sabotage != Sabotage::NoLimit)?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
    let builder = Platform::define(schema.clone())
        .segments(setup::segments(&schema, sabotage == Sabotage::LateSegment)?)
        .policy(setup::policy(&schema, sabotage)?)
        .pool(Arc::new(pool));
    let opened = Time::from_secs(0);
    let store = args.get("store").map(PathBuf::from);
    let again = store.as_ref().and_then(|store| store.read_dir().ok()).is_some_and(|mut files| files.next().is_some());
    let mut platform = match &store {
        Some(store) => builder
            .open(store, KeyFile::from_bytes(key), opened)
            .map_err(|error| format!("cannot keep the log in `{}`: {error}", store.display()))?,
        None => builder.in_memory(opened)?,
    };
    lap("open", &mut seconds);

    // 3. Those who asked never to be stored again are turned away at the door.
    let unwelcome =
        shop.suppressed.iter().map(|email| schema.identifier("email", email)).collect::<Result<Vec<_>, _>>()?;
    if sabotage != Sabotage::KeepSuppressed {
        platform.suppress(&unwelcome, opened)?;
    }

    // 4. Readers turn what the sources deliver into drafts; the platform takes them in.
    let parsed = read(&shop.records, &schema)?;
    lap("read", &mut seconds);
    let looks = sources::looks(&shop.records, &schema);
    lap("look", &mut seconds);
    let ids = parsed.iter().map(id_of).collect();
    let lost = usize::from(sabotage == Sabotage::LostRecord);
    let intake = platform.ingest(parsed.into_iter().skip(lost))?;
    lap("ingest", &mut seconds);
    platform.advance(shop.now)?;
    lap("advance", &mut seconds);

    // 5. The story, and what the judge thinks of it.
    let mut run = Run { seed, shop, platform, intake, tally: intake, ids, looks, out, again, seconds, sabotage };
    let told = story::tell(&mut run)?;
    let mut state = Vec::new();
    run.platform.dump(&mut state)?;
    if let Some(mut file) = dump {
        std::io::Write::write_all(&mut file, &state).map_err(cannot_dump)?;
    }
    let verdict = judge::judge(&run, &told, &state)?;
    for fault in &verdict.faults {
        println!("FAULT: {fault}");
    }
    if verdict.faults.is_empty() {
        story::say(&format!(
            "The judge, who knows the truth and shares no code with the platform, agrees: {}.",
            verdict.checked
        ));
    }
    if args.has("json") {
        println!("{}", told.json);
    }
    Ok(verdict.faults.is_empty())
}

fn id_of(parsed: &Parsed) -> Option<EventId> {
    match parsed {
        Parsed::Draft(draft) => draft.id(),
        Parsed::Quarantined { .. } => None,
    }
}

/// Every record through the reader of its source. Web messages that came in one request are read as one batch; the
/// rows of a CSV source are one file, which is read row by row as the records come.
fn read(records: &[Record], schema: &Schema) -> Result<Vec<Parsed>, Failure> {
    let web = setup::web().build(schema)?;
    let (crm, pos, support, survey) = (setup::crm(), setup::pos(), setup::support(), setup::survey());
    let files = [Feed::Crm, Feed::Pos, Feed::Survey].map(|feed| file(records, feed));
    let [crm_file, pos_file, survey_file] = &files;
    let open = |(text, received): &'_ (String, Time), mapping| -> Result<_, Failure> {
        Ok(ingest::csv_reader(std::io::Cursor::new(text.clone()), mapping, schema)?.received_at(*received))
    };
    let (mut crm, mut pos, mut survey) = (open(crm_file, &crm)?, open(pos_file, &pos)?, open(survey_file, &survey)?);
    let mut support = ingest::Lines::new(&support, schema)?;
    let mut parsed = Vec::with_capacity(records.len());
    let mut at = 0;
    while let Some(record) = records.get(at) {
        let received = Some(record.received);
        match record.feed {
            Feed::Web => {
                let together = records
                    .get(at..)
                    .unwrap_or_default()
                    .iter()
                    .take_while(|next| next.feed == Feed::Web && next.request == record.request);
                let messages: Vec<&str> = together.map(|next| next.bytes.as_str()).collect();
                let sent = record.sent.map_or_else(String::new, |sent| format!(",\"sentAt\":\"{sent}\""));
                let body = format!("{{\"batch\":[{}]{sent}}}", messages.join(","));
                parsed.extend(web.body(body.as_bytes(), received));
                at += messages.len();
                continue;
            }
            Feed::Crm => parsed.extend(crm.next()),
            Feed::Pos => parsed.extend(pos.next()),
            Feed::Survey => parsed.extend(survey.next()),
            Feed::Support => parsed.push(support.line(record.bytes.as_bytes(), at as u64 + 1, received)),
        }
        at += 1;
    }
    if parsed.len() != records.len() {
        return Err(format!("{} records were read as {}", records.len(), parsed.len()).into());
    }
    Ok(parsed)
}

/// The file of a CSV source, and when it came in.
fn file(records: &[Record], feed: Feed) -> (String, Time) {
    let rows = || records.iter().filter(|record| record.feed == feed);
    let lines = std::iter::once(feed.header()).chain(rows().map(|record| record.bytes.as_str()));
    let text = lines.flat_map(|line| [line, "\n"]).collect();
    (text, rows().map(|record| record.received).next().unwrap_or(Time::from_secs(0)))
}
