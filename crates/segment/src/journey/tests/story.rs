//! Walks of one profile.

use std::time::Duration;

use onefold_model::{Cause, Change, Cursor, Facts, News, Position, Sheet, Time};

use super::shop::{schema, segments};
use crate::journey::{Again, Excess, Exit, Journey, Note, Noted, Source, Trigger, Walks, Weekday};
use crate::{Definitions, Zone};

/// Time, changes and what is told, in words.
pub(super) struct Stage {
    pub(super) definitions: Definitions,
    pub(super) walks: Walks,
    pub(super) notes: Vec<Note>,
    pub(super) ada: Sheet,
}

pub(super) fn hours(count: u64) -> Duration {
    Duration::from_hours(count)
}

pub(super) fn entered(segment: &str) -> Trigger {
    Trigger::Entered(segment.into())
}

impl Stage {
    pub(super) fn new(source: Source) -> Self {
        let schema = schema();
        let definitions = segments(&schema);
        let walks = Walks::new(source.check(&definitions, &schema).unwrap());
        let ada = Sheet::new(&schema, &schema.identifier("user_id", "ada").unwrap());
        Self { definitions, walks, notes: Vec::new(), ada: ada.set("timezone", "+02:00").unwrap() }
    }

    pub(super) fn tell(&mut self, at: &str, cause: Cause, segment: &str, enters: bool) {
        let segment = self.definitions.id(segment).unwrap();
        let news = if enters { News::Entered(segment) } else { News::Exited(segment) };
        let change = Change { cursor: Cursor::default(), at: time(at), profile: self.ada.profile(), cause, news };
        self.walks.apply(&change, &self.ada, &mut self.notes);
    }

    pub(super) fn enters(&mut self, at: &str, segment: &str) {
        self.tell(at, Cause::Timer, segment, true);
    }

    pub(super) fn leaves(&mut self, at: &str, segment: &str) {
        self.tell(at, Cause::Timer, segment, false);
    }

    /// What is told by then, since last asked.
    pub(super) fn by(&mut self, at: &str) -> Vec<String> {
        self.walks.advance(time(at), &self.ada, &mut self.notes);
        self.notes.drain(..).map(|note| note.to_string()).collect()
    }
}

pub(super) fn time(text: &str) -> Time {
    format!("2026-03-{text}Z").parse().unwrap()
}

#[test]
fn quiet_hours_postpone_to_their_end_and_priority_takes_the_room() {
    let urgent = Journey::on("urgent", entered("b")).priority(5).act("urgent", "email");
    let plain = Journey::on("plain", entered("a")).act("plain", "email");
    let task = Journey::on("task", entered("a")).task("call");
    let source = Source::default().journey(plain).journey(urgent).journey(task);
    let source = source.cap(Some("email"), 1, hours(24), Excess::Postpone).quiet("21:00", "08:00");
    let mut stage = Stage::new(source.zone(Zone::Field("timezone".into())));
    stage.enters("01T19:30:00", "a");
    stage.enters("01T20:00:00", "b");
    // Her clock is two hours ahead.
    assert_eq!(
        stage.by("01T23:00:00"),
        [
            "2026-03-01T19:30:00Z plain: began",
            "2026-03-01T19:30:00Z task: began",
            "2026-03-01T19:30:00Z plain: 1 waits until 2026-03-02T06:00:00Z: quiet hours",
            "2026-03-01T19:30:00Z task: ordered call",
            "2026-03-01T19:30:00Z task: ended: after its last step",
            "2026-03-01T20:00:00Z urgent: began",
            "2026-03-01T20:00:00Z urgent: 1 waits until 2026-03-02T06:00:00Z: quiet hours",
        ]
    );
    assert_eq!(
        stage.by("04T00:00:00"),
        [
            "2026-03-02T06:00:00Z urgent: ordered urgent by email",
            "2026-03-02T06:00:00Z urgent: ended: after its last step",
            "2026-03-02T06:00:00Z plain: 1 waits until 2026-03-03T06:00:00Z: no room under a cap",
            "2026-03-03T06:00:00Z plain: ordered plain by email",
            "2026-03-03T06:00:00Z plain: ended: after its last step",
        ]
    );
    assert_eq!(stage.walks.next_change(), Time::MAX);
}

#[test]
fn a_correction_cancels_what_was_not_ordered_yet() {
    let journey =
        Journey::on("win", entered("a")).again(Again::Never).delay(hours(2)).act("win", "email").delay(hours(9));
    let mut stage = Stage::new(Source::default().journey(journey));
    stage.enters("01T00:00:00", "a");
    stage.tell("01T01:00:00", Cause::Late(Position(3)), "a", false);
    assert_eq!(
        stage.by("01T09:00:00"),
        ["2026-03-01T00:00:00Z win: began", "2026-03-01T01:00:00Z win: ended: what began it was not so",]
    );
    // It might as well never have been, so that she may begin it though it is once in a life.
    stage.enters("02T00:00:00", "a");
    assert_eq!(stage.by("02T03:00:00").len(), 2);
    let why = stage.walks.why(stage.ada.profile());
    assert_eq!(
        why[0].to_string(),
        "win: at step 3 since 2026-03-02T02:00:00Z, to let 9h pass; next at 2026-03-02T11:00:00Z"
    );
    stage.tell("02T03:00:00", Cause::Late(Position(4)), "a", false);
    let told = stage.by("03T00:00:00");
    assert!(told[0].starts_with("2026-03-02T03:00:00Z win: too late to take back win/2/0/"), "{told:?}");
    assert_eq!(told[1], "2026-03-02T03:00:00Z win: ended: what began it was not so");
    stage.enters("04T00:00:00", "a");
    assert!(stage.by("05T00:00:00").is_empty());
}

#[test]
fn leaving_and_goals_come_before_steps_at_the_same_instant() {
    let journey =
        Journey::on("cart", entered("a")).again(Again::Always).goal(entered("b")).exit(Exit::OutOf("a".into()));
    let mut stage = Stage::new(Source::default().journey(journey.delay(hours(1)).act("remind", "sms")));
    stage.enters("01T00:00:00", "a");
    stage.leaves("01T01:00:00", "a");
    assert_eq!(stage.by("01T02:00:00")[1], "2026-03-01T01:00:00Z cart: ended: left at once");
    stage.enters("02T00:00:00", "a");
    stage.enters("02T01:00:00", "b");
    assert_eq!(stage.by("02T02:00:00")[1], "2026-03-02T01:00:00Z cart: ended: goal reached");
}

#[test]
fn delays_reach_an_hour_of_a_day_by_the_local_clock() {
    let journey =
        Journey::on("letter", entered("a")).until(hours(1), Some(Weekday::Monday), "09:00").act("letter", "email");
    let mut stage = Stage::new(Source::default().journey(journey).zone(Zone::Named("+02:00".into())));
    // The first was a Sunday.
    stage.enters("01T12:00:00", "a");
    assert_eq!(stage.by("08T00:00:00")[1], "2026-03-02T07:00:00Z letter: ordered letter by email");
}

#[test]
fn the_strides_of_time_do_not_matter() {
    let journey = Journey::on("loop", entered("a")).delay(hours(1)).act("nag", "email").then("1");
    let source = Source::default().journey(journey.exit(Exit::OutOf("a".into())));
    let (mut long, mut short) = (Stage::new(source.clone()), Stage::new(source));
    for stage in [&mut long, &mut short] {
        stage.enters("01T00:00:00", "a");
    }
    let mut told = Vec::new();
    for hour in 0..24 {
        told.extend(short.by(&format!("01T{hour:02}:17:00")));
    }
    let all = long.by("01T23:17:00");
    assert_eq!(all, told);
    assert_eq!(all.len(), 24);
    let ids = |stage: &mut Stage| {
        stage.leaves("02T00:00:00", "a");
        stage.by("03T00:00:00")
    };
    assert_eq!(ids(&mut long), ids(&mut short));
}

#[test]
fn time_that_jumps_back_or_to_its_ends_does_no_harm() {
    let journey = Journey::on("j", entered("a")).delay(Duration::MAX).act("x", "email");
    let mut stage = Stage::new(Source::default().journey(journey));
    stage.enters("02T00:00:00", "a");
    stage.leaves("01T00:00:00", "a");
    stage.walks.advance(Time::MIN, &stage.ada, &mut stage.notes);
    stage.walks.advance(Time::MAX, &stage.ada, &mut stage.notes);
    stage.enters("03T00:00:00", "a");
    assert!(!stage.notes.iter().any(|note| matches!(note.what, Noted::Ordered(_))));
    assert_eq!(stage.walks.next_change(), Time::MAX);
}
