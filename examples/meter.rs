//! What the work costs, and a bar for somebody who waits.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

/// How often the bar is drawn.
const EVERY: Duration = Duration::from_millis(100);

/// A bar on standard error, where somebody looks at it.
#[derive(Debug)]
pub struct Progress {
    what: String,
    of: u64,
    is_shown: bool,
    drawn: Instant,
}

impl Progress {
    /// Nothing of so much is done.
    #[must_use]
    pub fn new(what: &str, of: u64) -> Self {
        Self { what: what.to_owned(), of, is_shown: io::stderr().is_terminal(), drawn: Instant::now() }
    }

    /// So much is done.
    pub fn tell(&mut self, done: u64) {
        if !self.is_shown || self.drawn.elapsed() < EVERY {
            return;
        }
        self.drawn = Instant::now();
        let of = self.of.max(1);
        let filled = (done.saturating_mul(30) / of).min(30) as usize;
        let percent = (done.saturating_mul(100) / of).min(100);
        let (full, left) = ("#".repeat(filled), ".".repeat(30 - filled));
        let _ = write!(io::stderr(), "\r\x1b[K{} [{full}{left}] {percent:>3} %", self.what);
    }

    /// The line is free again.
    pub fn clear(&self) {
        if self.is_shown {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}

/// What the process has used of its processors so far, its own time and the system's for it.
#[must_use]
pub fn cpu_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The program's name stands in brackets and may hold anything; user and system time are the 14th and 15th field.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<f64>().ok();
    Some((ticks()? + ticks()?) / 100.0)
}

/// What this thread has used of its processor so far, to the nanosecond where the system tells it.
#[must_use]
pub fn thread_seconds() -> Option<f64> {
    // The system brings the figure up to date when the thread steps aside.
    std::thread::yield_now();
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let first = stat.as_deref().and_then(|stat| stat.split_whitespace().next()?.parse::<f64>().ok());
    first.map(|nanoseconds| nanoseconds / 1e9).filter(|seconds| *seconds > 0.0).or_else(cpu_seconds)
}

/// The most memory that the process has held at once.
#[must_use]
pub fn peak_rss_mib() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: f64 = line.split_whitespace().next()?.parse().ok()?;
    Some((kib / 1024.0 * 10.0).round() / 10.0)
}
