//! Every error that the model lists for an operation of IAM comes, with AWS's code and status; or it is said why it does not.

mod check;
mod coverage;
mod table;
mod tables;
