//! Writes what the targets begin with: each definition of the tour alone and all together, as text and as JSON.
//!
//! `seeds DIR` fills `DIR/text` and `DIR/json`.

use std::error::Error;
use std::path::Path;

use onefold_fuzz::{TOUR, schema};
use onefold_segment::{Definitions, Source};

fn main() -> Result<(), Box<dyn Error>> {
    let to = std::env::args().nth(1).ok_or("say where to")?;
    let to = Path::new(&to);
    let definitions = Definitions::parse(TOUR, &schema())?;
    for folder in ["text", "json"] {
        std::fs::create_dir_all(to.join(folder))?;
    }
    let alone = definitions.source().definitions.iter();
    let alone = alone.map(|it| Source { definitions: vec![it.clone()], ..Source::default() });
    for (nth, source) in alone.chain([definitions.source().clone()]).enumerate() {
        std::fs::write(to.join(format!("text/{nth}.seg")), source.to_string())?;
        std::fs::write(to.join(format!("json/{nth}.json")), serde_json::to_string(&source)?)?;
    }
    Ok(())
}
