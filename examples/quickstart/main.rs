//! A shop's data from five sources: in, unified, grouped, asked for consent, and out, with a story to read.
//!
//! `cargo run --release --example quickstart` tells the story of one shop; another `--seed` is another shop.
//! `--json` ends with one JSON object. The program judges itself: what it says is compared with what the generator
//! knows, by code that shares nothing with the platform, and it exits with 1 where the two disagree. `--sabotage NAME`
//! plants a defect to show that it would notice.

mod judge;
mod random;
mod setup;
mod shop;
mod story;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use onefold::consent::Basis;
use onefold::ingest::Rows;
use onefold::model::{EventId, Limits, Parsed, Tally, Time, TokenKey};
use onefold::store::KeyFile;
use onefold::{Platform, ingest};
use onefold_examples::Args;
use sha2::{Digest, Sha256};

use setup::Failure;
use shop::{Feed, Record, Shop};

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
                      lost-record   one record disappears on its way in
                      fast-clock    the host's clock runs a second fast
                      open-gate     devices are linked without asking for consent
                      open-door     the newsletter goes out on the wrong legal basis
                      no-unlink     the ruling that should part two persons never arrives
";

/// The parts into which a sabotage can be injected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sabotage {
    #[default]
    None,
    LostRecord,
    FastClock,
    OpenGate,
    OpenDoor,
    NoUnlink,
}

impl Sabotage {
    fn named(name: &str) -> Option<Self> {
        [
            ("lost-record", Self::LostRecord),
            ("fast-clock", Self::FastClock),
            ("open-gate", Self::OpenGate),
            ("open-door", Self::OpenDoor),
            ("no-unlink", Self::NoUnlink),
        ]
        .into_iter()
        .find(|(known, _)| *known == name)
        .map(|(_, sabotage)| sabotage)
    }
}

/// What each source is like.
type Looks = Vec<(Feed, ingest::DataProfile)>;

/// What the run is about.
pub struct Run {
    pub seed: u64,
    pub shop: Shop,
    pub platform: Platform,
    pub tally: Tally,
    /// Of each record that could be read: its id and whose it truly is.
    pub truth: Vec<(EventId, Option<usize>)>,
    pub profiles: Looks,
    pub out: PathBuf,
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
    let seed: u64 = args.parse("seed", 1)?;
    let threads: usize = args.parse("threads", 1)?;
    let sabotage = match args.get("sabotage") {
        Some(name) => Sabotage::named(name).ok_or_else(|| format!("unknown sabotage `{name}`; `--help` lists them"))?,
        None => Sabotage::None,
    };
    let out =
        args.get("out").map_or_else(|| std::env::temp_dir().join(format!("onefold-quickstart-{seed}")), PathBuf::from);
    std::fs::create_dir_all(&out)?;

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
    let schema = setup::schema(TokenKey::from(key))?;
    let marketing = if sabotage == Sabotage::OpenDoor { Basis::Contract } else { Basis::Consent };
    let recognition = if sabotage == Sabotage::OpenGate { Basis::Contract } else { Basis::Consent };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
    let builder = Platform::define(schema.clone())
        .segments(setup::segments(&schema)?)
        .policy(setup::policy(&schema, marketing, recognition)?)
        .pool(Arc::new(pool));
    let opened = Time::from_secs(0);
    let mut platform = match args.get("store") {
        Some(directory) => builder.open(directory, KeyFile::from_bytes(key), opened)?,
        None => builder.in_memory(opened)?,
    };
    lap("open", &mut seconds);

    // 3. Those who asked never to be stored again are turned away at the door.
    let unwelcome =
        shop.suppressed.iter().map(|email| schema.identifier("email", email)).collect::<Result<Vec<_>, _>>()?;
    platform.suppress(&unwelcome, opened)?;

    // 4. Readers turn what the sources deliver into drafts; the platform takes them in.
    let (parsed, profiles) = read(&shop.records, &schema)?;
    lap("read", &mut seconds);
    let truth = parsed
        .iter()
        .zip(truths(&shop.records))
        .filter_map(|(parsed, truth)| id_of(parsed).map(|id| (id, truth)))
        .collect();
    let lost = usize::from(sabotage == Sabotage::LostRecord);
    let tally = platform.ingest(parsed.into_iter().skip(lost))?;
    lap("ingest", &mut seconds);
    platform.advance(shop.now)?;
    lap("advance", &mut seconds);

    // 5. The story, and what the judge thinks of it.
    let mut run = Run { seed, shop, platform, tally, truth, profiles, out, seconds, sabotage };
    let told = story::tell(&mut run)?;
    if let Some(file) = args.get("dump") {
        let mut to = std::io::BufWriter::new(std::fs::File::create(file)?);
        run.platform.dump(&mut to)?;
        std::io::Write::flush(&mut to)?;
    }
    let faults = judge::judge(&run, &told)?;
    for fault in &faults {
        println!("FAULT: {fault}");
    }
    if args.has("json") {
        println!("{}", told.json);
    }
    Ok(faults.is_empty())
}

fn truths(records: &[Record]) -> impl Iterator<Item = Option<usize>> + '_ {
    records.iter().map(|record| record.truth)
}

fn id_of(parsed: &Parsed) -> Option<EventId> {
    match parsed {
        Parsed::Draft(draft) => draft.id(),
        Parsed::Quarantined { .. } => None,
    }
}

/// Every record through the reader of its source. Web messages that came in one request are read as one batch.
fn read(records: &[Record], schema: &onefold::model::Schema) -> Result<(Vec<Parsed>, Looks), Failure> {
    let web = setup::web().build(schema)?;
    let (crm, pos, support, survey) = (setup::crm(), setup::pos(), setup::support(), setup::survey());
    let header = |feed: Feed| feed.header().split(',').collect::<Vec<_>>();
    let mut crm = Rows::new(&crm, &header(Feed::Crm), schema)?;
    let mut pos = Rows::new(&pos, &header(Feed::Pos), schema)?;
    let mut survey = Rows::new(&survey, &header(Feed::Survey), schema)?;
    let mut support = ingest::Lines::new(&support, schema)?;
    let mut parsed = Vec::with_capacity(records.len());
    let mut at = 0;
    while let Some(record) = records.get(at) {
        let (received, row) = (Some(record.received), at as u64 + 1);
        let cells: Vec<&str> = record.bytes.split(',').collect();
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
            Feed::Crm => parsed.push(crm.row(&cells, row, received)),
            Feed::Pos => parsed.push(pos.row(&cells, row, received)),
            Feed::Survey => parsed.push(survey.row(&cells, row, received)),
            Feed::Support => parsed.push(support.line(record.bytes.as_bytes(), row, received)),
        }
        at += 1;
    }
    Ok((parsed, looks(records)))
}

/// What each source is like: fill rates, types, top values, values that look generic.
fn looks(records: &[Record]) -> Looks {
    let look = |feed: Feed| {
        let mut profile = ingest::DataProfile::new(feed.name());
        let header: Vec<&str> = feed.header().split(',').collect();
        for record in records.iter().filter(|record| record.feed == feed) {
            if feed.header().is_empty() {
                match ingest::json::parse(record.bytes.as_bytes(), &Limits::default()) {
                    Ok(object) => profile.value(&object),
                    Err(_) => profile.unreadable(),
                }
            } else {
                let cells: Vec<&str> = record.bytes.split(',').collect();
                if cells.len() == header.len() { profile.row(&header, &cells) } else { profile.unreadable() }
            }
        }
        (feed, profile)
    };
    Feed::ALL.into_iter().map(look).collect()
}
