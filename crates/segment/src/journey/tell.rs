//! Journeys explained: in plain English, as a drawing, and where a profile is on them.

use std::fmt::{self, Write};

use onefold_model::{ProfileId, Text, Time};
use serde::Serialize;

use super::source::{Again, Does, Excess, Exit, Journey, Step, Trigger, Way, spoken};
use super::{Journeys, Source, Walks};
use crate::Zone;

/// Where a profile is on a journey, and what is next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Whereabouts {
    /// Which journey.
    pub journey: String,
    /// Which of them, where it has a key.
    pub key: Option<String>,
    /// When it began.
    pub entered: Time,
    /// The step at which it stands.
    pub step: String,
    /// Since when.
    pub since: Time,
    /// When it goes on if nothing happens.
    pub next: Time,
    /// What the step does.
    pub does: String,
    /// How many orders were given.
    pub ordered: usize,
}

impl fmt::Display for Whereabouts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.journey)?;
        if let Some(key) = &self.key {
            write!(f, " ({key})")?;
        }
        write!(f, ": at step {} since {}, to {}; next at {}", self.step, self.since, self.does, self.next)
    }
}

impl Walks {
    /// Where a profile is, by journey and key.
    #[must_use]
    pub fn why(&self, who: ProfileId) -> Vec<Whereabouts> {
        let mut all = Vec::new();
        for ((nth, key), run) in self.people.get(&who).into_iter().flat_map(|person| &person.runs) {
            let Some(journey) = self.journeys.source().journeys.get(*nth as usize) else { continue };
            let at = run.step.map_or(usize::MAX, |at| at as usize);
            let does = journey.steps.get(at).map_or_else(|| "end".into(), |step| step.does.to_string());
            all.push(Whereabouts {
                journey: journey.name.clone(),
                key: key.as_ref().map(Text::as_str).map(str::to_owned),
                entered: run.entry.at,
                step: if journey.steps.get(at).is_some() { journey.step_name(at) } else { "end".into() },
                since: run.since,
                next: run.due.map_or(Time::MAX, |(due, _)| due),
                does,
                ordered: run.done.len(),
            });
        }
        all
    }
}

impl Journeys {
    /// All journeys in plain English.
    #[must_use]
    pub fn explain(&self) -> String {
        self.source().to_string()
    }

    /// A journey as a flow chart in the notation of Mermaid; none where there is no such journey.
    #[must_use]
    pub fn mermaid(&self, name: &str) -> Option<String> {
        let journey = self.source().journeys.iter().find(|journey| journey.name == name)?;
        let mut out = String::from("flowchart TD\n");
        draw(journey, &mut out).ok()?;
        Some(out)
    }
}

fn draw(journey: &Journey, out: &mut String) -> fmt::Result {
    writeln!(out, "  start([\"{}\"]) --> s0", quoted(&journey.start.to_string()))?;
    let to = |at: usize, way: &Way| match way {
        Way::Next if at + 1 < journey.steps.len() => format!("s{}", at + 1),
        Way::Next | Way::End => "over([end])".into(),
        Way::To(name) => {
            let found = (0..journey.steps.len()).find(|at| journey.step_name(*at) == *name);
            found.map_or_else(|| "over([end])".into(), |at| format!("s{at}"))
        }
    };
    for (at, step) in journey.steps.iter().enumerate() {
        writeln!(out, "  s{at}[\"{}: {}\"]", quoted(&journey.step_name(at)), quoted(&step.does.to_string()))?;
        match &step.does {
            Does::Share { arms, .. } => {
                for arm in arms {
                    writeln!(out, "  s{at} -- {}% --> {}", arm.percent, to(at, &arm.then))?;
                }
            }
            Does::Wait { otherwise, .. } | Does::Split { otherwise, .. } => {
                writeln!(out, "  s{at} -- yes --> {}", to(at, &step.then))?;
                writeln!(out, "  s{at} -- no --> {}", to(at, otherwise))?;
            }
            Does::Delay { .. } | Does::Act { .. } => writeln!(out, "  s{at} --> {}", to(at, &step.then))?,
        }
    }
    Ok(())
}

fn quoted(text: &str) -> String {
    text.replace('"', "#quot;")
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nth, journey) in self.journeys.iter().enumerate() {
            if nth > 0 {
                writeln!(f)?;
            }
            journey.fmt(f)?;
        }
        if !self.journeys.is_empty() && (!self.caps.is_empty() || self.quiet.is_some() || !self.suppress.is_empty()) {
            writeln!(f)?;
        }
        for cap in &self.caps {
            let over = cap.channel.as_ref().map_or_else(String::new, |channel| format!(" by {channel}"));
            let what = match cap.excess {
                Excess::Skip => "is left out",
                Excess::Postpone => "waits for room",
            };
            writeln!(f, "At most {} actions{over} in any {}; one too many {what}.", cap.most, spoken(cap.within))?;
        }
        if let Some(quiet) = &self.quiet {
            let whose = match &self.zone {
                None => " (UTC)".to_owned(),
                Some(Zone::Named(name)) => format!(" ({name})"),
                Some(Zone::Field(field)) => format!(" (by the profile's {})", field.as_str()),
            };
            let over =
                if quiet.channels.is_empty() { String::new() } else { format!(" by {}", quiet.channels.join(", ")) };
            writeln!(f, "No action{over} from {} to {}{whose}; it waits for the end.", quiet.from, quiet.to)?;
        }
        if !self.suppress.is_empty() {
            writeln!(f, "No action reaches members of {}.", self.suppress.join(", "))?;
        }
        Ok(())
    }
}

impl fmt::Display for Journey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Journey {} begins when a profile {}", self.name, self.start)?;
        if let Some(key) = &self.key {
            write!(f, ", once for each {key}")?;
        }
        match self.again {
            Again::Never => writeln!(f, ", and never again.")?,
            Again::After(span) => writeln!(f, ", and again {} after it last began.", spoken(span))?,
            Again::Always => writeln!(f, ", and again whenever it has ended.")?,
        }
        if let Some(span) = self.fresh {
            writeln!(f, "  An event told more than {} late does not begin it.", spoken(span))?;
        }
        if let Some(goal) = &self.goal {
            writeln!(f, "  Its goal is reached when the profile {goal}.")?;
        }
        for exit in &self.exit {
            match exit {
                Exit::In(segment) => writeln!(f, "  It ends at once when the profile is in {segment}.")?,
                Exit::OutOf(segment) => writeln!(f, "  It ends at once when the profile is not in {segment}.")?,
            }
        }
        for (at, step) in self.steps.iter().enumerate() {
            writeln!(f, "  {}: {}{}", self.step_name(at), step.does, Ways(step))?;
        }
        Ok(())
    }
}

impl fmt::Display for Trigger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Entered(segment) => write!(f, "enters {segment}"),
            Self::Exited(segment) => write!(f, "leaves {segment}"),
            Self::Event(event) => write!(f, "does {event}"),
        }
    }
}

impl fmt::Display for Does {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Delay { span, until: None } => write!(f, "let {} pass", spoken(*span)),
            Self::Delay { span, until: Some(moment) } => {
                if !span.is_zero() {
                    write!(f, "let {} pass, then ", spoken(*span))?;
                }
                match moment.weekday {
                    Some(day) => write!(f, "go on at {day:?} {}", moment.at),
                    None => write!(f, "go on at {}", moment.at),
                }
            }
            Self::Wait { what, within, .. } => write!(f, "wait less than {} until it {what}", spoken(*within)),
            Self::Split { segment, .. } => write!(f, "ask whether it is in {segment}"),
            Self::Share { arms, .. } => {
                f.write_str("go")?;
                for (nth, arm) in arms.iter().enumerate() {
                    write!(f, "{} {}% {}", if nth > 0 { "," } else { "" }, arm.percent, To(&arm.then))?;
                }
                Ok(())
            }
            Self::Act { action, channel: Some(channel), .. } => write!(f, "order {action} by {channel}"),
            Self::Act { action, channel: None, .. } => write!(f, "order {action}"),
        }
    }
}

struct To<'a>(&'a Way);

impl fmt::Display for To<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Way::Next => f.write_str("on"),
            Way::End => f.write_str("to the end"),
            Way::To(step) => write!(f, "to {step}"),
        }
    }
}

struct Ways<'a>(&'a Step);

impl fmt::Display for Ways<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.does {
            Does::Wait { otherwise, .. } => write!(f, "; then {}, else {}", To(&self.0.then), To(otherwise)),
            Does::Split { otherwise, .. } => write!(f, "; if so {}, else {}", To(&self.0.then), To(otherwise)),
            Does::Share { .. } => Ok(()),
            Does::Delay { .. } | Does::Act { .. } if self.0.then.is_next() => Ok(()),
            Does::Delay { .. } | Does::Act { .. } => write!(f, "; then {}", To(&self.0.then)),
        }
    }
}
