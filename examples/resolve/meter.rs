//! What the work costs: seconds by stage, processor time, memory; and a bar for somebody who waits.
//!
//! The library reads no clock. It tells its progress, and this program looks at the clock when it is told.

use std::io::{self, IsTerminal, Write};
use std::ops::ControlFlow;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use onefold::identity::matching::Stage;
use onefold_examples::{cpu_seconds, peak_rss_mib};

/// How often the bar is drawn.
const EVERY: Duration = Duration::from_millis(100);

pub struct Meter {
    is_shown: bool,
    state: Mutex<State>,
}

struct State {
    began: Instant,
    drawn: Instant,
    /// When the last word on each stage came since something was done.
    told: Vec<(Stage, Instant)>,
    seconds: Vec<(String, f64)>,
}

impl Meter {
    pub fn start(is_quiet: bool) -> Self {
        let now = Instant::now();
        let state = State { began: now, drawn: now, told: Vec::new(), seconds: Vec::new() };
        Self { is_shown: !is_quiet && io::stderr().is_terminal(), state: Mutex::new(state) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The library says how far it is.
    pub fn tell(&self, stage: Stage, done: u64, of: u64) -> ControlFlow<()> {
        let mut state = self.state();
        let now = Instant::now();
        match state.told.iter_mut().find(|(known, _)| *known == stage) {
            Some((_, at)) => *at = now,
            None => state.told.push((stage, now)),
        }
        if self.is_shown && now - state.drawn >= EVERY {
            state.drawn = now;
            let filled = (done * 30).checked_div(of).unwrap_or(0).min(30) as usize;
            let (full, left) = ("#".repeat(filled), ".".repeat(30 - filled));
            let _ = match of {
                0 => write!(io::stderr(), "\r\x1b[K{stage} {done} rows"),
                _ => write!(io::stderr(), "\r\x1b[K{stage:8} [{full}{left}] {:>3} %", (100 * done / of).min(100)),
            };
        }
        ControlFlow::Continue(())
    }

    /// A part of the work is done.
    pub fn done(&self, name: &str) {
        let mut state = self.state();
        let now = Instant::now();
        let took = (now - state.began).as_secs_f64();
        state.seconds.push((name.to_owned(), took));
        state.began = now;
        state.told.clear();
    }

    /// All is done. What came last is told apart by the stages that the library spoke of.
    pub fn stop(&self) -> (Vec<(String, f64)>, f64, f64) {
        if self.is_shown {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
        let mut state = self.state();
        let end = Instant::now();
        let mut from = state.began;
        let told = std::mem::take(&mut state.told);
        for (nth, (stage, last)) in told.iter().enumerate() {
            let until = if nth + 1 == told.len() { end } else { (*last).max(from) };
            state.seconds.push((stage.to_string(), (until - from).as_secs_f64()));
            from = until;
        }
        for stage in ["prepare", "train", "block", "predict", "cluster"] {
            if !state.seconds.iter().any(|(known, _)| known == stage) {
                state.seconds.push((stage.to_owned(), 0.0));
            }
        }
        let seconds = state.seconds.iter().map(|(stage, took)| (stage.clone(), (took * 1e4).round() / 1e4)).collect();
        (seconds, cpu_seconds().unwrap_or(f64::NAN), peak_rss_mib().unwrap_or(f64::NAN))
    }
}
