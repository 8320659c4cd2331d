//! The names of Rhai's own functions that a script may call. A test holds the list against the engine's packages.

/// Functions and methods of the packages in use, sorted.
pub static NAMES: &[&str] = &[
    "E", "PI", "abs", "acos", "acosh", "all", "append", "asin", "asinh", "atan", "atanh", "bits",
    "bytes", "ceiling", "chars", "chop", "clear", "contains", "cos", "cosh", "crop", "debug",
    "dedup", "drain", "end", "ends_with", "exp", "extract", "fill_with", "filter", "find",
    "find_map", "floor", "for_each", "fraction", "get", "hypot", "index_of", "insert", "int",
    "is_empty", "is_even", "is_exclusive", "is_finite", "is_inclusive", "is_infinite", "is_nan",
    "is_odd", "is_zero", "keys", "len", "ln", "log", "make_lower", "make_upper", "map", "max",
    "min", "mixin", "order", "order_by", "order_desc", "pad", "parse_float", "parse_int", "pop",
    "print", "push", "range", "reduce", "reduce_rev", "remove", "replace", "retain", "reverse",
    "round", "set", "shift", "sign", "sin", "sinh", "some", "sort", "sort_by", "sort_desc",
    "splice", "split", "split_rev", "sqrt", "start", "starts_with", "sub_string", "tan", "tanh",
    "to_binary", "to_blob", "to_chars", "to_debug", "to_degrees", "to_float", "to_hex", "to_int",
    "to_json", "to_lower", "to_octal", "to_radians", "to_string", "to_upper", "trim", "truncate",
    "values", "zip",
];

/// Functions that the engine itself knows.
static KEYWORDS: &[&str] =
    &["Fn", "call", "curry", "is_def_fn", "is_def_var", "is_shared", "type_of"];

/// Whether Rhai itself has a function or method of this name.
#[must_use]
pub fn is_function(name: &str) -> bool {
    NAMES.binary_search(&name).is_ok() || KEYWORDS.contains(&name)
}
