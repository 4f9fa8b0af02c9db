//! Nobody but consent makes a cleared row.

use onefold_consent::ClearedRow;
use onefold_model::{ProfileId, Token};

fn main() {
    let _row = ClearedRow { profile: ProfileId(Token([0; 16])), fields: Vec::new(), members: Box::default() };
}
