//! Four journeys of a shop, told in full: what is defined, what happens, and what follows from it, to the instant.
//!
//! `cargo run --release --example journeys` reads the files in `examples/scenarios`: for each story the segments, the
//! journeys and a scenario, which is a small told history with what is expected of it. It prints what happens, and
//! exits with 1 where something else happens than is expected. `--scenario FILE` runs a scenario of your own, which
//! names its files beside it.

use std::path::Path;
use std::process::ExitCode;

use onefold::model::Schema;
use onefold::segment::journey::{Again, Excess, Journey, Source, Trigger};
use onefold::segment::scenario::Scenario;
use onefold::segment::{Definitions, Zone};
use onefold_examples::{Args, say, warn};
use std::time::Duration;

/// The stories, by the file of their scenario.
const STORIES: [(&str, &str); 4] = [
    ("The abandoned cart", "cart.toml"),
    ("High value and silent for 14 days, but not in an active sales cycle", "win_back.toml"),
    ("Fewer logins and shorter sessions than before", "fading.toml"),
    ("The valuable customer with an open complaint", "care.toml"),
];

fn main() -> ExitCode {
    let stories = Args::read(&[], &["scenario"], &[]).and_then(|args| args.words(0)).and_then(|args| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
        match args.get("scenario") {
            Some(file) => Ok(vec![tell("A scenario", Path::new(file))?]),
            None => {
                in_rust(&folder)?;
                STORIES.iter().map(|(title, file)| tell(title, &folder.join(file))).collect()
            }
        }
    });
    match stories {
        Ok(stories) if stories.iter().all(|holds| *holds) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            warn!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// One story, and whether it went as expected.
fn tell(title: &str, file: &Path) -> Result<bool, String> {
    // 1. A scenario names the files of what it is about.
    let scenario: Scenario = toml::from_str(&read(file)?).map_err(|error| format!("{}: {error}", file.display()))?;
    let beside = |name: &Option<String>| name.as_ref().map(|name| file.with_file_name(name));
    say!("\n=== {title}\n{}\n", scenario.about);

    // 2. What can be said, and which groups there are.
    let schema = schema(&beside(&scenario.schema).ok_or("the scenario names no schema")?)?;
    let segments = beside(&scenario.definitions).ok_or("the scenario names no definitions")?;
    let text = read(&segments)?;
    let definitions = Definitions::parse(&text, &schema).map_err(|error| format!("{}: {error}", segments.display()))?;
    say!("{}", text.trim_end());

    // 3. What follows. Journeys are checked against the segments, with every fault told in one run, and can be read
    //    by who does not read TOML.
    let journeys = match beside(&scenario.journeys) {
        Some(path) => {
            let source: Source =
                toml::from_str(&read(&path)?).map_err(|error| format!("{}: {error}", path.display()))?;
            Some(source.check(&definitions, &schema).map_err(|error| format!("{}: {error}", path.display()))?)
        }
        None => None,
    };
    if let Some(journeys) = &journeys {
        say!("\n{}", journeys.explain().trim_end());
    }

    // 4. The history, with told time. `->` enters a segment, `<-` leaves it, `!!` is an order for an action. That an
    //    order may be carried out is for consent to say, when it is exported.
    let report = scenario.run(&definitions, &schema, journeys.as_ref()).map_err(|fault| fault.to_string())?;
    say!("\n{report}");
    Ok(report.holds())
}

/// What TOML says can be said in Rust: the same plain data.
fn in_rust(folder: &Path) -> Result<(), String> {
    let read: Source = toml::from_str(&read(&folder.join("cart.journeys.toml"))?).map_err(|error| error.to_string())?;
    let hours = Duration::from_hours;
    let cart = Journey::on("abandoned_cart", Trigger::Event("add_to_cart".into()))
        .key("cart_id")
        .again(Again::Always)
        .fresh(hours(24))
        .goal(Trigger::Event("purchase".into()))
        .delay(hours(1))
        .act("remind", "email")
        .named("remind")
        .with("template", "your-cart")
        .delay(hours(24))
        .act("offer_help", "push")
        .named("offer");
    let built = Source::default()
        .journey(cart)
        .cap(Some("email"), 1, hours(24), Excess::Skip)
        .quiet("21:00", "08:00")
        .suppress("just_bought")
        .zone(Zone::Field("timezone".into()));
    if built == read { Ok(()) } else { Err("the journey of the cart is another in Rust than in TOML".into()) }
}

fn schema(file: &Path) -> Result<Schema, String> {
    let told = |error| format!("{}: {error}", file.display());
    // A key of one's own would be kept; nothing is stored here.
    Schema::from_toml(&read(file)?, &[], [7; 32].into()).map_err(told)
}

fn read(file: &Path) -> Result<String, String> {
    std::fs::read_to_string(file).map_err(|error| format!("cannot read `{}`: {error}", file.display()))
}
