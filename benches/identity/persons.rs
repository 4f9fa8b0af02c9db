//! Persons of any number: the first of the file that `ONEFOLD_PERSONS` names, or made up from a seed.

use onefold_identity::matching::{Table, Work, csv};

use crate::names::{Dice, names};

/// A table of so many persons, ids and truth taken out; of a file, as many as it has.
pub fn persons(count: usize) -> Table {
    let text = match std::env::var("ONEFOLD_PERSONS") {
        Ok(path) => {
            let text = std::fs::read_to_string(&path).expect("ONEFOLD_PERSONS is a readable file");
            text.split_inclusive('\n').take(count + 1).collect()
        }
        Err(_) => made_up(count),
    };
    let mut table =
        csv::read([("persons", text.as_bytes())], Some("unique_id"), &Work::default()).expect("the file is a table");
    // Files with the truth have it in this column.
    let _ = table.take("cluster");
    table
}

/// Three in ten records are a person's second one, with slips of the pen.
fn made_up(count: usize) -> String {
    let pool = names();
    let mut dice = Dice(0x2545_F491_4F6C_DD1D);
    let mut text = String::from("unique_id,first_name,surname,dob,email,phone,postcode,city\n");
    let mut last: Vec<String> = Vec::new();
    for nth in 0..count {
        let mut row = last.clone();
        if row.is_empty() || dice.below(10) >= 3 {
            let (first, surname) = (dice.pick(&pool).to_owned(), dice.pick(&pool).to_owned());
            let born = format!("{}-{:02}-{:02}", 1930 + dice.below(75), 1 + dice.below(12), 1 + dice.below(28));
            let mail = format!("{first}.{surname}{}@example.com", dice.below(1000));
            let phone = format!("04{:08}", dice.below(100_000_000));
            let (code, city) = (dice.below(count / 8 + 10), dice.below(1_500));
            row = vec![first, surname, born, mail, phone, format!("{code:06}"), format!("{}town", pool[city])];
            last.clone_from(&row);
        } else {
            for cell in &mut row {
                match dice.below(10) {
                    0 if cell.is_ascii() && cell.len() > 2 => *cell = dice.slip(cell),
                    1 => cell.clear(),
                    _ => {}
                }
            }
        }
        text.push_str(&format!("{nth},{}\n", row.join(",")));
    }
    text
}
