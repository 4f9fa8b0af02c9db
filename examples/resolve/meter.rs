//! What the work costs: seconds by stage, processor time, memory; and a bar for somebody who waits.
//!
//! The library reads no clock. It tells its progress, and this program looks at the clock when it is told.

use std::io::{self, IsTerminal, Write};
use std::ops::ControlFlow;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use onefold::identity::matching::Stage;

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

/// What the process has used of its processors so far, its own time and the system's for it.
fn cpu_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The program's name stands in brackets and may hold anything; user and system time are the 14th and 15th field.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<f64>().ok();
    Some((ticks()? + ticks()?) / 100.0)
}

/// The most memory that the process has held at once.
fn peak_rss_mib() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: f64 = line.split_whitespace().next()?.parse().ok()?;
    Some((kib / 1024.0 * 10.0).round() / 10.0)
}
