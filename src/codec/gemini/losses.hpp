#pragma once
#include <array>

#include "shared/losses.hpp"

namespace omniroute::codec::gemini {

/// What Gemini cannot carry (wire-formats.md 6.1, 8, 11).
inline constexpr std::array loss_table{
    LossRule{Field::max_output, Cause::range, Fate::nearest, "brought within the model's limits"},
    LossRule{Field::temperature, Cause::range, Fate::nearest, "brought within the range of the target"},
    LossRule{Field::top_p, Cause::range, Fate::nearest, "brought within the range of the target"},
    LossRule{Field::presence_penalty, Cause::range, Fate::nearest, "brought within the range of the target"},
    LossRule{Field::frequency_penalty, Cause::range, Fate::nearest, "brought within the range of the target"},
    LossRule{Field::stop, Cause::count, Fate::nearest, "Gemini takes five; the gateway itself ends the answer at the others"},
    LossRule{Field::output_format, Cause::conflict, Fate::nearest, "the model takes no schema beside functions; it was put into words"},
    LossRule{Field::output_format, Cause::words, Fate::nearest, "schema keywords that the target lacks were left out"},
    LossRule{Field::thinking, Cause::model, Fate::dropped, "the model does not think"},
    LossRule{Field::thinking, Cause::kind, Fate::nearest, "as the nearest thinking level of the model"},
    LossRule{Field::thinking, Cause::words, Fate::nearest, "the effort became a budget"},
    LossRule{Field::thinking, Cause::range, Fate::nearest, "the budget was brought within the model's limits"},
    LossRule{Field::verbosity, Cause::absent, Fate::dropped, "Gemini has no such member"},
    LossRule{Field::user, Cause::absent, Fate::dropped, "Gemini has no such member"},
    LossRule{Field::metadata, Cause::absent, Fate::dropped, "Gemini has no such member"},
    LossRule{Field::cache_key, Cause::absent, Fate::dropped, "Gemini has no such member"},
    LossRule{Field::service_tier, Cause::absent, Fate::dropped, "Gemini has no such member"},
    LossRule{Field::store, Cause::absent, Fate::dropped, "Gemini has no such member"},
    LossRule{Field::hosted_tools, Cause::vendor, Fate::dropped, "the vendor's own tool"},
    LossRule{Field::tools, Cause::words, Fate::nearest, "schema keywords that the target lacks were left out"},
    LossRule{Field::tool_choice, Cause::lacking, Fate::dropped, "it points at a tool that the target lacks"},
    LossRule{Field::parallel_tools, Cause::absent, Fate::dropped, "Gemini has no switch for parallel calls"},
    LossRule{Field::strict, Cause::absent, Fate::dropped, "Gemini holds no call to its schema"},
    LossRule{Field::custom_tool, Cause::absent, Fate::nearest, "a function with one string `input`, unwrapped in the answer"},
    LossRule{Field::previous_response, Cause::vendor, Fate::refused, "the target keeps no responses, and this one is not known here."},
    LossRule{Field::system, Cause::vendor, Fate::dropped, "the client's billing line is for its own vendor"},
    LossRule{Field::system_turn, Cause::absent, Fate::nearest, "a system message in the middle became marked user text"},
    LossRule{Field::speaker, Cause::absent, Fate::nearest, "the speaker's name stands before the text"},
    LossRule{Field::begun_answer, Cause::absent, Fate::nearest, "the answer begun was followed by a request to go on"},
    LossRule{Field::detail, Cause::absent, Fate::dropped, "the target chooses an image's resolution itself"},
    LossRule{Field::file_name, Cause::absent, Fate::dropped, "inline data has no name here"},
    LossRule{Field::file_id, Cause::absent, Fate::refused, "a file that lies at another vendor cannot be sent to this target"},
    LossRule{Field::cache_mark, Cause::absent, Fate::dropped, "the target caches by itself"},
    LossRule{Field::citations, Cause::absent, Fate::dropped, "citations of earlier answers stay with their own format"},
    LossRule{Field::members, Cause::absent, Fate::dropped, "the target's format has no such member"},
    LossRule{Field::orphan_result, Cause::history, Fate::nearest, "a tool result without its call became text"},
    LossRule{Field::reasoning, Cause::absent, Fate::dropped, "reasoning that only its vendor can read has no place in this target"},
    LossRule{Field::reasoning, Cause::vendor, Fate::nearest, "thoughts without the bytes that only their vendor can read"},
    LossRule{Field::refusal, Cause::absent, Fate::nearest, "as text"},
    LossRule{Field::own_part, Cause::vendor, Fate::dropped, "only its own format knows this part"},
    LossRule{Field::extras, Cause::absent, Fate::dropped, "the target's format has no such member"},
    LossRule{Field::extras, Cause::vendor, Fate::refused, "what it asks for lies at another vendor and cannot be had from this target."},
};

consteval const LossRule& rule(Field field, Cause cause) { return row_of(loss_table, field, cause); }

}  // namespace omniroute::codec::gemini
