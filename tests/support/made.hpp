#pragma once
#include <random>

#include "omniroute/ir/chat.hpp"
#include "omniroute/ir/event.hpp"

/// Conversations and answers made by dice: the same seed always gives the same one.
namespace omniroute::tests {

/// A request of the shape that the reader of that format gives, holding only what the format can say.
ir::ChatRequest made_request(unsigned seed, domain::Format format);

/// An answer of the shape that readers give: parts in order, some calls side by side, usage, a finish, an end.
ir::Events made_answer(unsigned seed);

}  // namespace omniroute::tests
