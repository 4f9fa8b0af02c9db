//! Who is it, where nothing proves it? Scored matching of records.
#![allow(missing_docs, clippy::indexing_slicing, clippy::print_stderr)]

mod blocking;
mod cluster;
mod comparison;
#[cfg(feature = "csv")]
pub mod csv;
mod error;
mod intern;
pub mod kernel;
mod model;
mod predict;
pub mod quality;
mod record;
pub mod report;
pub mod role;
mod table;
mod training;
mod work;

pub use error::Error;
pub use table::{Table, Taken, Fault};
pub use work::{Stage, Work};
use record::*;
use role::Role;

pub fn experiment(table: Table, across: bool, threshold: f64) -> Result<(Vec<u32>, u64, Vec<u32>, Vec<(u32,u32,i32)>), Error> {
    let mut fields = Vec::new();
    let add = |fields: &mut Vec<Field>, column: &str, role, part| fields.push(Field { name: match part { Part::Whole => column.to_owned(), _ => format!("{column} {part:?}") }, column: column.to_owned(), role, part, order: None });
    let names: Vec<String> = table.columns().map(str::to_owned).collect();
    for c in &names {
        let role = match c.as_str() {
            "first_name" | "given_name" => Role::GivenName,
            "surname" => Role::Surname,
            "full_name" => { add(&mut fields, c, Role::FullName, Part::Middle); continue }
            "dob" | "date_of_birth" => Role::BirthDate,
            "email" => Role::Email, "phone" => Role::Phone,
            "postcode" | "postcode_fake" => Role::Postcode,
            "city" | "birth_place" | "suburb" => Role::City,
            "occupation" => Role::Category,
            "gender" => Role::Gender,
            "state" => Role::Region,
            "street_number" => Role::HouseNumber,
            "address_1" | "address_2" => Role::Street,
            "soc_sec_id" => Role::Identifier,
            _ => continue,
        };
        add(&mut fields, c, role, Part::Whole);
    }
    let work = Work::default();
    let t = |s: &str| if std::env::var("DBG").is_ok() { eprintln!("-- {s} {:.2}", cpu()) }; t("loaded");
    let mut table = table; let records = Records::read(fields, &mut table);
    t("prepared");
    let given = records.fields.iter().position(|f| comparison::Kind::of(f) == comparison::Kind::Given);
    let last = records.fields.iter().position(|f| comparison::Kind::of(f) == comparison::Kind::Surname);
    let comparisons: Vec<comparison::Comparison> = records.fields.iter().enumerate().map(|(i, f)| {
        let kind = comparison::Kind::of(f);
        comparison::Comparison { name: f.name.clone(), kind, field: i, names: (given, last), beside: match kind { comparison::Kind::Given => last, comparison::Kind::Surname => given, _ => None } }
    }).collect();
    let comparer = model::Comparer::counted(&comparisons, &records);
    let draw = blocking::Draw::new(&records, &comparisons, None, across, &work)?;
    t("drawn");
    if std::env::var("DBG").is_ok() { for (r, c) in draw.rules.iter().zip(&draw.costs) { eprintln!("{} {:.2}", r.name, c / records.len() as f64); } }
    let model = training::Training { records: &records, draw: &draw, comparer: &comparer, across, key: 7, choose: true }.run(comparisons, &work)?;
    t("trained");
    let index = blocking::Index::build(&model.blocking, &records, &work)?;
    t("indexed");
    if std::env::var("DBG").is_ok() { for y in &index.yields { eprintln!("{y:?}"); } }
    let (links, pairs) = predict::predict(&model, &comparer, &records, &index, across, -6 * 1024, &work)?;
    t("predicted");
    let clusters = cluster::cluster(&records, &links, model::weight(threshold), across);
    t("clustered");
    let mut out = vec![0; clusters.len()];
    for (row, c) in clusters.iter().enumerate() { out[records.origin[row] as usize] = *c; }
    let links = links.iter().map(|l| (records.origin[l.a as usize], records.origin[l.b as usize], l.weight)).collect();
    Ok((out, pairs, vec![], links))
}
fn cpu() -> f64 { let s = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default(); s.split(' ').next().and_then(|x| x.parse::<f64>().ok()).unwrap_or(0.0) / 1e9 }
