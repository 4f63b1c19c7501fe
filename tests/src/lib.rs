//! gatehouse-harness
