//! placeholder until inference lands
#![allow(missing_docs)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role { GivenName, Surname, FullName, BirthDate, Date, Email, Phone, Postcode, Street, HouseNumber, City, Region, Country, Organisation, Identifier, Gender, Category, Text, Number }
