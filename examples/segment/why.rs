//! Why a person is in a segment or not.

use std::collections::BTreeMap;

use onefold::Platform;
use onefold::model::{Class, ProfileId};
use onefold_examples::{Args, say};
use serde_json::json;

use crate::Stop;
use crate::shop::Shop;

/// Explains.
pub fn run(args: &Args) -> Result<(), Stop> {
    let usage = "say `why SEGMENT ID DEFS.seg --schema S.toml --at TIME FILE...`";
    // The definitions may as well stand first, as they do for the other verbs.
    let words: Vec<&String> = args.rest.iter().collect();
    let is_text = |word: &&String| word.ends_with(".seg");
    let ([segment, id, definitions], files) = match words.as_slice() {
        [definitions, segment, id, ..] if is_text(definitions) && !words.get(2).is_some_and(is_text) => {
            ([*segment, *id, *definitions], args.rest.get(3..))
        }
        [segment, id, definitions, ..] => ([*segment, *id, *definitions], args.rest.get(3..)),
        _ => return Err(usage.into()),
    };
    let shop = Shop::read(args, definitions, files.unwrap_or_default())?;
    // A wrong name is told before a million rows are read.
    let known: Vec<&str> = shop.definitions.ids().map(|id| shop.definitions.name(id)).collect();
    if !known.contains(&segment.as_str()) {
        let help =
            onefold::model::closest(segment, known).map_or_else(String::new, |it| format!("; did you mean `{it}`?"));
        return Err(format!("there is no segment `{segment}`{help}").into());
    }
    let (platform, _) = shop.run(shop.definitions.clone(), "loading", |_| Ok(()))?;
    let who = find(&platform, id)?;
    let person = platform.person(who).ok_or_else(|| format!("there is no profile of `{id}`"))?;
    let why = person.why_in(segment)?;
    if args.has("json") {
        say!(
            "{}",
            json!({ "segment": segment, "profile": who.to_string(), "at": shop.input.at.to_string(), "why": why, "shown": why.to_string() })
        );
        return Ok(());
    }
    let names: Vec<String> = person.identifiers().iter().map(|it| named(&platform, it)).collect();
    say!("{id} is {who}: {}", names.join(", "));
    say!("{}", why.to_string().trim_end());
    Ok(())
}

fn named(platform: &Platform, identifier: &onefold::model::Identifier) -> String {
    let kind = platform.schema().kind_info(identifier.member().kind).map_or("", |kind| &kind.name);
    format!("{kind}:{}", identifier.value().reveal())
}

/// The profile of an identifier: `kind:value`, or a value of whatever kind.
fn find(platform: &Platform, id: &str) -> Result<ProfileId, Stop> {
    let schema = platform.schema();
    let kinds: Vec<&str> = schema
        .spec()
        .kinds
        .iter()
        .filter(|kind| !matches!(kind.class, Class::Group | Class::Record))
        .map(|kind| kind.name.as_str())
        .collect();
    let look = |kind: &str, value: &str| {
        let member = schema.identifier(kind, value).ok()?.member();
        platform.graph().profile(member)
    };
    if let Some((kind, value)) = id.split_once(':')
        && kinds.contains(&kind)
    {
        return look(kind, value).ok_or_else(|| format!("nobody has the {kind} `{value}`").into());
    }
    let mut found: BTreeMap<ProfileId, Vec<&str>> = BTreeMap::new();
    for kind in &kinds {
        if let Some(who) = look(kind, id) {
            found.entry(who).or_default().push(kind);
        }
    }
    match found.len() {
        0 => Err(format!("nobody has an identifier `{id}`; kinds are {}", kinds.join(", ")).into()),
        1 => found.into_keys().next().ok_or_else(|| "nobody".into()),
        _ => {
            let which: Vec<String> = found.values().flatten().map(|kind| format!("`{kind}:{id}`")).collect();
            Err(format!("several people have the identifier `{id}`: say {}", which.join(" or ")).into())
        }
    }
}
