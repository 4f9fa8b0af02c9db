//! Drivers: who carries the requests.
//!
//! A driver does the I/O and decides nothing; outcomes are the destination's word, and order and bounds the engine's.
//! It takes cleared records by value, so that a batch is delivered once, and by a type that only a policy makes.

use std::fmt;

use onefold_consent::{Batch, Cleared};

use crate::{Destination, Engine, Error, Progress, Receipt, Request, Response, Work};

/// Delivers cleared records somewhere.
pub trait Driver {
    /// Delivers work, telling `watch` how far it is after each request.
    ///
    /// # Errors
    /// Where nothing was delivered: the work cannot be delivered there, or a file could not be written.
    fn send(&mut self, work: Work, watch: &mut dyn FnMut(Progress)) -> Result<Receipt, Error>;

    /// Delivers every row of a cleared batch.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    fn deliver(&mut self, cleared: Cleared<Batch>) -> Result<Receipt, Error> {
        self.send(cleared.into(), &mut |_| {})
    }
}

/// A driver made of a destination and a function that carries a request there and comes back with the response: an
/// HTTP client's call, a queue, a test.
///
/// ```
/// # #[cfg(feature = "json")]
/// # fn main() {
/// use onefold_export::{Ndjson, Request, Response, Via};
/// let mut seen = 0;
/// let service = Via::new(Ndjson::default(), |request: &Request| {
///     seen += request.records; // here the application's own client posts `request.payload`
///     Ok::<_, std::io::Error>(Response::OK)
/// });
/// # }
/// # #[cfg(not(feature = "json"))]
/// # fn main() {}
/// ```
pub struct Via<D, F> {
    destination: D,
    carry: F,
}

impl<D, F, E> Via<D, F>
where
    D: Destination,
    F: FnMut(&Request) -> Result<Response, E>,
    E: fmt::Display,
{
    /// Delivers to a destination by a function. Where it fails, nothing more is sent, and whatever was not is to be tried
    /// again. Its error's text stands in the receipt and must not hold a value of the records.
    pub fn new(destination: D, carry: F) -> Self {
        Self { destination, carry }
    }
}

impl<D: fmt::Debug, F> fmt::Debug for Via<D, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Via").field("destination", &self.destination).finish_non_exhaustive()
    }
}

impl<D, F, E> Driver for Via<D, F>
where
    D: Destination,
    F: FnMut(&Request) -> Result<Response, E>,
    E: fmt::Display,
{
    fn send(&mut self, work: Work, watch: &mut dyn FnMut(Progress)) -> Result<Receipt, Error> {
        let mut engine = Engine::new(work, &self.destination)?;
        while let Some(request) = engine.request() {
            match (self.carry)(&request) {
                Ok(response) => engine.answer(&response),
                Err(error) => engine.fail(&error.to_string()),
            }
            watch(engine.progress());
        }
        Ok(engine.finish())
    }
}
