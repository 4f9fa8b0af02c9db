//! May we? The ledger of choices, the policy, and the clearance without which nothing leaves.
