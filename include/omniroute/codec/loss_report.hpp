#pragma once
#include <string>

#include "omniroute/codec/codec.hpp"

/// What was lost, for people, headers and records.
namespace omniroute::codec {

/// [{"field":…,"how":"dropped"|"nearest","why":…}], in the order of the losses.
std::string losses_json(const Losses& losses);

/// The fields that were left out, as "stop, logit_bias": printable ASCII only, fit for a header. Empty if there are none.
std::string dropped_fields(const Losses& losses);

/// What `x-omniroute-strict: true` asks for: an error (unsupported) that names every field that was left out.
Status nothing_dropped(const Losses& losses);

}  // namespace omniroute::codec
