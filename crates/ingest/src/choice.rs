//! Consent as sources write it: a column of yes and no.
//!
//! What cannot be read is never guessed, since a guess in one direction writes to somebody who refused: the record is
//! quarantined and somebody looks. An empty cell is no choice, for nobody knows whether the question was put.

use onefold_model::{Action, Text, Value};

const YES: &[&str] =
    &["yes", "y", "true", "t", "1", "on", "granted", "accepted", "accept", "agreed", "opted_in", "subscribed"];
const NO: &[&str] = &["no", "n", "false", "f", "0", "off", "refused", "declined", "denied", "rejected"];
const ENDED: &[&str] = &["withdrawn", "revoked", "unsubscribed", "opted_out"];

/// The choice that a value states: `Ok(None)` where it states none, `Err` where it cannot be read.
pub(crate) fn read(value: &Value, yes: &[Text], no: &[Text]) -> Result<Option<Action>, ()> {
    let said = match value {
        Value::Null => return Ok(None),
        Value::Bool(yes) => return Ok(Some(if *yes { Action::Grant } else { Action::Refuse })),
        Value::Int(0) => "0".to_owned(),
        Value::Int(1) => "1".to_owned(),
        Value::Text(text) => text.trim().to_lowercase().replace([' ', '-'], "_"),
        _ => return Err(()),
    };
    if said.is_empty() {
        return Ok(None);
    }
    let among =
        |words: &[Text]| value.as_text().is_some_and(|text| words.iter().any(|word| word.as_str() == text.trim()));
    // The source's own words go first, and a no among them before a yes.
    Ok(Some(if among(no) {
        Action::Refuse
    } else if among(yes) {
        Action::Grant
    } else if let Some(action) = Action::named(&said) {
        action
    } else if NO.contains(&said.as_str()) {
        Action::Refuse
    } else if ENDED.contains(&said.as_str()) {
        Action::Withdraw
    } else if YES.contains(&said.as_str()) {
        Action::Grant
    } else {
        return Err(());
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_are_read_or_refused_but_never_guessed() {
        let plain = |value: Value| read(&value, &[], &[]);
        for yes in ["Yes", " y ", "TRUE", "1", "granted", "opted in"] {
            assert_eq!(plain(yes.into()), Ok(Some(Action::Grant)), "{yes}");
        }
        for no in ["No", "0", "refused", "DENIED", "f"] {
            assert_eq!(plain(no.into()), Ok(Some(Action::Refuse)), "{no}");
        }
        assert_eq!(plain("withdrawn".into()), Ok(Some(Action::Withdraw)));
        assert_eq!(plain("Opt-out".into()), Ok(Some(Action::OptOut)));
        assert_eq!(plain("opt in".into()), Ok(Some(Action::OptIn)));
        assert_eq!(plain(Value::Int(1)), Ok(Some(Action::Grant)));
        assert_eq!(plain("  ".into()), Ok(None));
        assert_eq!(plain(Value::Null), Ok(None));
        for odd in ["maybe", "yes?", "2", "j", "-"] {
            assert_eq!(plain(odd.into()), Err(()), "{odd}");
        }
        let (yes, no) = ([Text::from("J")], [Text::from("N"), Text::from("1")]);
        assert_eq!(read(&"J".into(), &yes, &no), Ok(Some(Action::Grant)));
        assert_eq!(read(&"1".into(), &yes, &no), Ok(Some(Action::Refuse)));
    }
}
