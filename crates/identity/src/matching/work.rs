//! How long work is done: in whose pool, watched by whom, and until when.

use std::fmt;
use std::ops::{ControlFlow, Range};

use super::Error;

/// What is being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Reading files.
    Load,
    /// Finding out what the columns are, and bringing values into canonical form.
    Prepare,
    /// Finding blocks of records that share a blocking key.
    Block,
    /// Estimating m and u probabilities.
    Train,
    /// Comparing candidate pairs.
    Predict,
    /// From links to clusters.
    Cluster,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Load => "load",
            Self::Prepare => "prepare",
            Self::Block => "block",
            Self::Train => "train",
            Self::Predict => "predict",
            Self::Cluster => "cluster",
        })
    }
}

/// The caller's say in long work: a callback that sees progress and may stop it, and a pool of threads.
///
/// Without a pool everything is done on the calling thread. The result is the same, byte for byte, either way.
///
/// ```
/// use onefold_identity::matching::{Stage, Work};
/// use std::ops::ControlFlow;
///
/// let watch = |stage: Stage, done: u64, of: u64| {
///     println!("{stage}: {done} of {of}");
///     ControlFlow::Continue(())
/// };
/// let work = Work::default().watched(&watch);
/// # let _ = work;
/// ```
#[derive(Clone, Copy, Default)]
pub struct Work<'a> {
    watch: Option<&'a (dyn Fn(Stage, u64, u64) -> ControlFlow<()> + Sync)>,
    #[cfg(feature = "parallel")]
    pool: Option<&'a rayon::ThreadPool>,
}

impl fmt::Debug for Work<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Work").field("watched", &self.watch.is_some()).finish_non_exhaustive()
    }
}

impl<'a> Work<'a> {
    /// Calls back with the stage, what is done and what there is to do. On [`ControlFlow::Break`] the work ends with
    /// [`Error::Cancelled`].
    #[must_use]
    pub fn watched(mut self, watch: &'a (dyn Fn(Stage, u64, u64) -> ControlFlow<()> + Sync)) -> Self {
        self.watch = Some(watch);
        self
    }

    /// Works in this pool.
    #[cfg(feature = "parallel")]
    #[must_use]
    pub fn pool(self, pool: &'a rayon::ThreadPool) -> Self {
        Self { pool: Some(pool), ..self }
    }

    pub(crate) fn tell(&self, stage: Stage, done: u64, of: u64) -> Result<(), Error> {
        match self.watch.map_or(ControlFlow::Continue(()), |watch| watch(stage, done, of)) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Error::Cancelled),
        }
    }

    /// Does `each` for the pieces of `0..len`, of `step` each, and gives the answers in order.
    pub(crate) fn pieces<T: Send>(
        &self,
        stage: Stage,
        len: usize,
        step: usize,
        each: impl Fn(Range<usize>) -> T + Sync,
    ) -> Result<Vec<T>, Error> {
        let step = step.max(1);
        let piece = |nth: usize| nth * step..((nth + 1) * step).min(len);
        let count = len.div_ceil(step);
        #[cfg(feature = "parallel")]
        if let Some(pool) = self.pool.filter(|pool| pool.current_num_threads() > 1) {
            use rayon::prelude::*;
            let done = std::sync::atomic::AtomicU64::new(0);
            return pool.install(|| {
                (0..count)
                    .into_par_iter()
                    .map(|nth| {
                        let answer = each(piece(nth));
                        let done = done.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
                        self.tell(stage, done, count as u64)?;
                        Ok(answer)
                    })
                    .collect()
            });
        }
        let mut answers = Vec::with_capacity(count);
        for nth in 0..count {
            answers.push(each(piece(nth)));
            self.tell(stage, nth as u64 + 1, count as u64)?;
        }
        Ok(answers)
    }
}
