//! Rows that no policy has cleared.

use onefold_consent::Row;
use onefold_export::{CsvFile, Driver};

fn main() {
    let rows: Vec<Row<'static>> = Vec::new();
    let _ = CsvFile::create("newsletter.csv").map(|mut file| file.deliver(rows));
}
