#pragma once
#include <array>

#include "shared/losses.hpp"

namespace omniroute::codec::responses {

/// What Responses cannot carry (wire-formats.md 4.1, 8, 11).
inline constexpr std::array loss_table{
    LossRule{Field::max_output, Cause::range, Fate::nearest, "brought within the model's limits"},
    LossRule{Field::temperature, Cause::range, Fate::nearest, "brought within the range of the target"},
    LossRule{Field::temperature, Cause::model, Fate::dropped, "the model takes no sampling settings"},
    LossRule{Field::top_p, Cause::range, Fate::nearest, "brought within the range of the target"},
    LossRule{Field::top_p, Cause::model, Fate::dropped, "the model takes no sampling settings"},
    LossRule{Field::top_k, Cause::absent, Fate::dropped, "Responses has no such member"},
    LossRule{Field::presence_penalty, Cause::absent, Fate::dropped, "Responses has no such member"},
    LossRule{Field::frequency_penalty, Cause::absent, Fate::dropped, "Responses has no such member"},
    LossRule{Field::seed, Cause::absent, Fate::dropped, "Responses has no such member"},
    LossRule{Field::stop, Cause::absent, Fate::nearest, "the gateway itself ends the answer there"},
    LossRule{Field::candidates, Cause::absent, Fate::refused, "the target gives one answer only."},
    LossRule{Field::thinking, Cause::model, Fate::dropped, "the model does not reason"},
    LossRule{Field::thinking, Cause::off, Fate::dropped, "the target has no word for no reasoning"},
    LossRule{Field::thinking, Cause::lacking, Fate::dropped, "the target does not know this effort"},
    LossRule{Field::thinking, Cause::words, Fate::nearest, "as the nearest effort the target knows"},
    LossRule{Field::user, Cause::range, Fate::nearest, "shortened to 64 characters"},
    LossRule{Field::service_tier, Cause::absent, Fate::dropped, "the words for tiers differ"},
    LossRule{Field::hosted_tools, Cause::vendor, Fate::dropped, "the vendor's own tool"},
    LossRule{Field::tool_choice, Cause::lacking, Fate::dropped, "it points at a tool that the target lacks"},
    LossRule{Field::system, Cause::vendor, Fate::dropped, "the client's billing line is for its own vendor"},
    LossRule{Field::speaker, Cause::absent, Fate::nearest, "the speaker's name stands before the text"},
    LossRule{Field::begun_answer, Cause::absent, Fate::nearest, "the answer begun was followed by a request to go on"},
    LossRule{Field::audio, Cause::absent, Fate::refused, "audio cannot be sent to this target"},
    LossRule{Field::video, Cause::absent, Fate::refused, "video cannot be sent to this target"},
    LossRule{Field::file_id, Cause::absent, Fate::refused, "a file that lies at another vendor cannot be sent to this target"},
    LossRule{Field::answer_media, Cause::absent, Fate::dropped, "media of the assistant's have no place"},
    LossRule{Field::cache_mark, Cause::absent, Fate::dropped, "the target caches by itself"},
    LossRule{Field::citations, Cause::absent, Fate::dropped, "citations of earlier answers stay with their own format"},
    LossRule{Field::members, Cause::absent, Fate::dropped, "the target's format has no such member"},
    LossRule{Field::error_mark, Cause::absent, Fate::dropped, "a tool's output has no error mark; its text stays"},
    LossRule{Field::orphan_result, Cause::history, Fate::nearest, "a tool result without its call became text"},
    LossRule{Field::reasoning, Cause::vendor, Fate::dropped, "reasoning that this vendor did not issue cannot be given back to it"},
    LossRule{Field::signature, Cause::absent, Fate::dropped, "bytes that only their vendor can read"},
    LossRule{Field::own_part, Cause::vendor, Fate::dropped, "only its own format knows this part"},
    LossRule{Field::extras, Cause::absent, Fate::dropped, "the target's format has no such member"},
    LossRule{Field::extras, Cause::vendor, Fate::refused, "what it asks for lies at another vendor and cannot be had from this target."},
};

consteval const LossRule& rule(Field field, Cause cause) { return row_of(loss_table, field, cause); }

}  // namespace omniroute::codec::responses
