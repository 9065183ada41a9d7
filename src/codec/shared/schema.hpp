#pragma once
#include <string>
#include <string_view>

/// JSON schemas of tools, which otherwise stay as written.
namespace omniroute::codec {

/// A schema whose root is `type: object` without anyOf, oneOf or allOf, as anthropic and chat want it: branches are
/// united (properties all, `required` those common to every branch; allOf: those of any). Empty, null or not an object
/// gives an object without properties. A root that is fine already stays byte for byte.
std::string object_schema(std::string_view schema);

}  // namespace omniroute::codec
