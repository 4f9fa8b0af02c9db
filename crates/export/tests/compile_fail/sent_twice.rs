//! A batch that was cleared once and is sent twice.

use onefold_consent::{Batch, Cleared};
use onefold_export::{Driver, Error};

fn twice(driver: &mut dyn Driver, cleared: Cleared<Batch>) -> Result<(), Error> {
    driver.deliver(cleared)?;
    driver.deliver(cleared)?;
    Ok(())
}

fn main() {}
