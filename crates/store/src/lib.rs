//! What lasts? The durable log behind one narrow trait, in memory or on redb, and the key file.
