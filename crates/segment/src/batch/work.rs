//! How long work is done: in whose pool, and watched by whom.

use std::fmt;
use std::ops::ControlFlow;

/// The caller's say in long work: a callback that sees how much is done and may stop it, and a pool of threads.
///
/// Without a pool everything is done on the calling thread. The result is the same, byte for byte, either way.
///
/// ```
/// use onefold_segment::Work;
/// use std::ops::ControlFlow;
/// let watch = |done: u64, of: u64| {
///     println!("{done} of {of} blocks of profiles");
///     ControlFlow::Continue(())
/// };
/// let work = Work::default().watched(&watch);
/// # let _ = work;
/// ```
#[derive(Clone, Copy, Default)]
pub struct Work<'a> {
    watch: Option<&'a (dyn Fn(u64, u64) -> ControlFlow<()> + Sync)>,
    #[cfg(feature = "parallel")]
    pool: Option<&'a rayon::ThreadPool>,
}

impl fmt::Debug for Work<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Work").field("watched", &self.watch.is_some()).finish_non_exhaustive()
    }
}

/// Why there is no result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Undone {
    /// The caller stopped the work.
    #[error("the caller stopped the work")]
    Stopped,
    /// The columns do not keep what the definitions look at.
    #[error("the columns do not keep {0}, which the definitions look at; keep it, or keep all")]
    NotKept(String),
    /// Parts of conditions turn for ever, so far without a membership with them.
    #[error("no membership changes before {0}, and what comes then was not asked: parts of conditions turn for ever")]
    Endless(onefold_model::Time),
    /// A report is of another kind of segment.
    #[error("the segment is not {0}, of which this report is made")]
    NotReported(&'static str),
}

impl<'a> Work<'a> {
    /// Calls back with how many blocks of profiles are done, and how many there are. On [`ControlFlow::Break`] the work
    /// ends with [`Undone::Stopped`].
    #[must_use]
    pub fn watched(mut self, watch: &'a (dyn Fn(u64, u64) -> ControlFlow<()> + Sync)) -> Self {
        self.watch = Some(watch);
        self
    }

    /// Works in this pool.
    #[cfg(feature = "parallel")]
    #[must_use]
    pub fn pool(self, pool: &'a rayon::ThreadPool) -> Self {
        Self { pool: Some(pool), ..self }
    }

    fn tell(&self, done: usize, of: usize) -> Result<(), Undone> {
        match self.watch.map_or(ControlFlow::Continue(()), |watch| watch(done as u64, of as u64)) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Undone::Stopped),
        }
    }

    /// Does `each` for 0, 1, .. up to `count`, with what `make` makes for each thread, and gives the answers in order.
    pub(crate) fn pieces<S, T: Send>(
        &self,
        count: usize,
        make: impl Fn() -> S + Sync,
        each: impl Fn(&mut S, usize) -> T + Sync,
    ) -> Result<Vec<T>, Undone> {
        #[cfg(feature = "parallel")]
        if let Some(pool) = self.pool.filter(|pool| pool.current_num_threads() > 1) {
            use rayon::prelude::*;
            let done = std::sync::atomic::AtomicUsize::new(0);
            // A piece of several blocks is worth what a thread must make for itself.
            let step = count.div_ceil(pool.current_num_threads() * 4).max(1);
            let pieces: Result<Vec<Vec<T>>, Undone> = pool.install(|| {
                (0..count.div_ceil(step))
                    .into_par_iter()
                    .map(|piece| {
                        let mut own = make();
                        let mut answers = Vec::with_capacity(step);
                        for nth in piece * step..((piece + 1) * step).min(count) {
                            answers.push(each(&mut own, nth));
                            let done = done.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
                            self.tell(done, count)?;
                        }
                        Ok(answers)
                    })
                    .collect()
            });
            return pieces.map(|pieces| pieces.into_iter().flatten().collect());
        }
        let mut own = make();
        let mut answers = Vec::with_capacity(count);
        for nth in 0..count {
            answers.push(each(&mut own, nth));
            self.tell(nth + 1, count)?;
        }
        Ok(answers)
    }
}
