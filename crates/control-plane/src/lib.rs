//! gatehouse-control-plane
