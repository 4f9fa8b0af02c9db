//! To whom? Destinations, the delivery engine, files, and audience differences. Only cleared records leave.
