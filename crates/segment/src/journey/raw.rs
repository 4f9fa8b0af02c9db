//! How a step is written: one table with the key of what it does, its name and its way on.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::source::{Arm, Does, Moment, Step, Trigger, Way, maybe_span, span};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawStep {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    delay: Option<RawDelay>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    wait: Option<RawWait>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    split: Option<RawSplit>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    share: Option<RawShare>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    act: Option<RawAct>,
    #[serde(default, skip_serializing_if = "Way::is_next")]
    then: Way,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDelay {
    #[serde(default, skip_serializing_if = "Option::is_none", with = "maybe_span")]
    span: Option<Duration>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<Moment>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawWait {
    #[serde(rename = "for")]
    what: Trigger,
    #[serde(with = "span")]
    within: Duration,
    #[serde(default)]
    otherwise: Way,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSplit {
    #[serde(rename = "in")]
    segment: String,
    #[serde(default)]
    otherwise: Way,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawShare {
    #[serde(default)]
    salt: String,
    arms: Vec<Arm>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAct {
    action: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    channel: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    with: BTreeMap<String, String>,
}

impl TryFrom<RawStep> for Step {
    type Error = String;

    fn try_from(raw: RawStep) -> Result<Self, String> {
        let RawStep { name, delay, wait, split, share, act, then } = raw;
        let does = [
            delay.map(|it| Does::Delay { span: it.span.unwrap_or_default(), until: it.until }),
            wait.map(|it| Does::Wait { what: it.what, within: it.within, otherwise: it.otherwise }),
            split.map(|it| Does::Split { segment: it.segment, otherwise: it.otherwise }),
            share.map(|it| Does::Share { salt: it.salt, arms: it.arms }),
            act.map(|it| Does::Act { action: it.action, channel: it.channel, with: it.with }),
        ];
        let mut does = does.into_iter().flatten();
        match (does.next(), does.next()) {
            (Some(does), None) => Ok(Self { name, does, then }),
            _ => Err("a step has one of `delay`, `wait`, `split`, `share` and `act`".into()),
        }
    }
}

impl From<Step> for RawStep {
    fn from(step: Step) -> Self {
        let Step { name, does, then } = step;
        let mut raw = Self { name, delay: None, wait: None, split: None, share: None, act: None, then };
        match does {
            Does::Delay { span, until } => {
                let span = (!span.is_zero()).then_some(span);
                raw.delay = Some(RawDelay { span, until });
            }
            Does::Wait { what, within, otherwise } => raw.wait = Some(RawWait { what, within, otherwise }),
            Does::Split { segment, otherwise } => raw.split = Some(RawSplit { segment, otherwise }),
            Does::Share { salt, arms } => raw.share = Some(RawShare { salt, arms }),
            Does::Act { action, channel, with } => raw.act = Some(RawAct { action, channel, with }),
        }
        raw
    }
}
