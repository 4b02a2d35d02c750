"""The rules that answers break: what each is called, and a question that leads away from it.

The order is that of preference: where several rules would give the same wrong answer, the first is named.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Rule(NamedTuple):
    """A mistake in a few words, and a hint that asks and gives nothing away."""

    title: str
    hint: str


RULES: Mapping[str, Rule] = {
    "act_on_preactivation": Rule(
        "the activation's own value was expected, the pre-activation was put in",
        "Some slopes are written with the output of the function. Which of the two is your letter: what goes in, or "
        "what comes out?",
    ),
    "sigmoid_plus": Rule(
        "the sign inside the sigmoid's derivative is wrong",
        "How steep is the sigmoid far out to the right, where it is nearly flat? Does your formula become as small there?",
    ),
    "sigmoid_one_minus": Rule(
        "a factor of the sigmoid's derivative is missing",
        "The sigmoid is flat at both ends. At which end is your formula not near zero?",
    ),
    "sigmoid_square": Rule(
        "a square stands where the sigmoid's derivative has a product of two different factors",
        "The sigmoid is as flat on the far left as on the far right. Is your formula small at both ends?",
    ),
    "sigmoid_twice": Rule(
        "the sigmoid is applied twice",
        "How many times does the sigmoid act on the number in your formula, and how many times in the function?",
    ),
    "softplus_flipped": Rule(
        "the softplus' slope is mirrored",
        "On which side does log(1 + e^x) rise like a straight line, and on which is it flat?",
    ),
    "softplus_slope": Rule(
        "one derivative too many of the softplus was taken",
        "How steep is log(1 + e^x) for a large x, where it is almost x?",
    ),
    "relu_one": Rule(
        "the relu was derived as if it were never switched off",
        "What does the graph of relu do to the left of 0, and how steep is it there?",
    ),
    "relu_identity": Rule(
        "the relu's value stands where its slope is asked",
        "A slope says how steep, not how high. How steep is relu at 5, and how steep at 50?",
    ),
    "relu_flipped": Rule(
        "the two sides of the relu are swapped",
        "On which side of 0 does relu let its input through?",
    ),
    "relu_sign": Rule(
        "the slope of the relu's flat side is not flat",
        "Draw relu to the left of 0. Does it fall there?",
    ),
    "abs_one": Rule(
        "the absolute value was derived as if its inside were always positive",
        "How does |x| run on the left of 0: does it rise or fall?",
    ),
    "abs_minus": Rule(
        "the absolute value was derived as if its inside were always negative",
        "How does |x| run on the right of 0: does it rise or fall?",
    ),
    "branch_kept": Rule(
        "one branch was left as it is",
        "There are several branches. Which of yours is still the branch of the function itself?",
    ),
    "branches_swapped": Rule(
        "the branches are swapped",
        "Which branch of the function holds where the condition is true? Is it the same one in your formula?",
    ),
    "leak_missing": Rule(
        "one branch was taken to be flat",
        "Look at each branch of the function alone. Is it really constant there?",
    ),
    "one_branch": Rule(
        "one branch's derivative is given for all of them",
        "The function changes its form somewhere. Does the slope stay the same on both sides?",
    ),
    "exp_power_rule": Rule(
        "the power rule was used on an exponential",
        "In which place does the variable stand, in the base or in the exponent? Which rule belongs to that?",
    ),
    "exp_base_log_missing": Rule(
        "the factor that belongs to the base is missing",
        "Only one base has an exponential that is its own derivative. Is it this one?",
    ),
    "exp_base_log_divided": Rule(
        "the factor that belongs to the base is on the wrong side of the fraction",
        "Does a larger base make the exponential rise more steeply or less? What does your formula say?",
    ),
    "varpow_power_rule": Rule(
        "the power rule was used although the exponent varies too",
        "The power rule is for a fixed exponent. Is it fixed here?",
    ),
    "varpow_exp_rule": Rule(
        "the exponential rule was used although the base varies too",
        "The rule for exponentials is for a fixed base. Is it fixed here?",
    ),
    "log_kept": Rule(
        "the logarithm stayed in its own derivative",
        "How does the slope of the logarithm change as it goes on to the right? Can a logarithm itself describe that?",
    ),
    "reciprocal_sign": Rule(
        "the sign of a reciprocal's derivative is wrong",
        "When the denominator grows, does the quotient grow or shrink?",
    ),
    "reciprocal_not_squared": Rule(
        "the square of the denominator is lost",
        "Write the reciprocal as a power. What happens to its exponent?",
    ),
    "reciprocal_of_derivative": Rule(
        "the derivative of a reciprocal was taken for the reciprocal of the derivative",
        "Write 1/v as a power of v. Which rules does its derivative need?",
    ),
    "reciprocal_log": Rule(
        "the reciprocal was integrated",
        "Which direction did you go: from the function to its slope, or back?",
    ),
    "outer_sign": Rule(
        "the sign of an outer derivative is wrong",
        "Look at the outermost function near a point where you know it. Does it rise or fall there?",
    ),
    "outer_square_sign": Rule(
        "a sign inside a known derivative is wrong",
        "Try your formula where the function is steepest. Is it steep there too?",
    ),
    "outer_not_squared": Rule(
        "a square is missing in a known derivative",
        "The derivative of an odd function is even. Does yours give the same on both sides of 0?",
    ),
    "outer_root_missing": Rule(
        "a root in a known derivative is missing or misplaced",
        "Derive it once more from the inverse function. Where does the root come from?",
    ),
    "outer_inverse_missing": Rule(
        "a known derivative stands upside down",
        "Does the function get steeper or flatter as its inside grows? What does your formula do?",
    ),
    "outer_half_missing": Rule(
        "the factor of the square root's derivative is missing",
        "Write the root as a power. Which factor does the power rule bring down?",
    ),
    "outer_constant_missing": Rule(
        "a constant factor of a known derivative is missing",
        "The area under a bell curve is known. Which factor makes it so?",
    ),
    "outer_factor_missing": Rule(
        "a factor of a known derivative is missing",
        "Write the function as a quotient of simpler ones. What does the quotient rule give?",
    ),
    "power_factor_missing": Rule(
        "the factor that the power rule brings down is missing",
        "What happens to the exponent before it is lowered?",
    ),
    "power_exponent_kept": Rule(
        "the exponent was not lowered",
        "The slope of a polynomial has another degree than the polynomial. Which one does yours have?",
    ),
    "power_exponent_up": Rule(
        "the exponent was raised instead of lowered",
        "Which way does the exponent go when a power is derived, and which way when it is integrated?",
    ),
    "power_factor_reduced": Rule(
        "the exponent was lowered before it was brought down",
        "In which order do the two steps of the power rule come?",
    ),
    "power_integrated": Rule(
        "a power was integrated instead of derived",
        "Which direction did you go: from the function to its slope, or back?",
    ),
    "product_of_derivatives": Rule(
        "the derivative of a product was taken for the product of the derivatives",
        "A rectangle grows in width and in height. How many strips does it gain?",
    ),
    "product_first_only": Rule(
        "a product was derived in its first factor only",
        "Both factors change. What does the change of the other one add?",
    ),
    "product_second_only": Rule(
        "a product was derived in its second factor only",
        "Both factors change. What does the change of the other one add?",
    ),
    "product_minus": Rule(
        "the two terms of the product rule are subtracted",
        "If both factors grow, does either growth make the product smaller?",
    ),
    "product_sum": Rule(
        "the derivatives of the factors were added, without the other factor",
        "How much does a change of one factor matter if the other one is large?",
    ),
    "quotient_of_derivatives": Rule(
        "the derivative of a quotient was taken for the quotient of the derivatives",
        "Write u/v as u times a power of v. Which rules does that need?",
    ),
    "quotient_sign": Rule(
        "the two terms of the quotient rule are the wrong way round",
        "If only the numerator grows, which sign must the change of the quotient have?",
    ),
    "quotient_plus": Rule(
        "the two terms of the quotient rule are added",
        "If only the denominator grows, does the quotient grow or shrink?",
    ),
    "quotient_not_squared": Rule(
        "the denominator of the quotient rule is not squared",
        "Write the quotient as a product with a power of the denominator. Which exponents come out?",
    ),
    "quotient_no_denominator": Rule(
        "the denominator of the quotient rule is missing",
        "What stands below the line in the quotient rule?",
    ),
    "quotient_by_derivative": Rule(
        "the derivative of the denominator stands below the line",
        "Which of the two stands below the line in the quotient rule: the denominator or its derivative?",
    ),
    "quotient_top_only": Rule(
        "only the numerator was derived",
        "The denominator changes too. What does that do to the quotient?",
    ),
    "quotient_as_product": Rule(
        "the product rule was used on a quotient",
        "Is the quotient a product of these two, or of one and a power of the other?",
    ),
    "chain_forgot_inner": Rule(
        "the inner derivative is forgotten",
        "How fast does the inside move when the variable does?",
    ),
    "chain_outer_kept": Rule(
        "the outer function was not derived",
        "The chain rule has two derivatives. Which of your factors is the outer one's?",
    ),
    "chain_inner_replaced": Rule(
        "the outer derivative is taken at the inner derivative",
        "At which number is the outer derivative evaluated: at the inside, or at its slope?",
    ),
    "chain_only_inner": Rule(
        "only the inside was derived, within the outer function",
        "The chain rule has two derivatives. Where is the outer one's?",
    ),
    "chain_forgot_outer": Rule(
        "the outer derivative is forgotten",
        "The chain rule has two derivatives. Where is the outer one's?",
    ),
    "chain_added": Rule(
        "the inner derivative was added instead of multiplied",
        "If the inside moves twice as fast, how much faster does the whole move?",
    ),
    "inner_twice": Rule(
        "the inner derivative occurs twice",
        "How many functions stand inside one another, and how many factors does that make?",
    ),
    "chain_outer_at_x": Rule(
        "the outer derivative is taken at the variable instead of at the inside",
        "At which number is the outer derivative evaluated?",
    ),
    "power_exponent_twice_down": Rule(
        "the exponent was lowered twice",
        "How often were you asked to derive?",
    ),
    "sign_flip": Rule(
        "the sign of the whole is wrong",
        "Where does the function rise? Is your formula positive there?",
    ),
    "wrong_variable": Rule(
        "derived by another variable",
        "Which letter moves here, and which ones stand still?",
    ),
    "integrated": Rule(
        "integrated instead of derived",
        "Derive your answer. What do you get?",
    ),
    "second_derivative": Rule(
        "derived once too often",
        "How often were you asked to derive?",
    ),
    "derived_too_little": Rule(
        "derived once too little",
        "How often were you asked to derive?",
    ),
    "derived": Rule(
        "the derivative is given where the formula itself is asked",
        "Is the slope asked for here, or the formula itself?",
    ),
    "returned_f": Rule(
        "this is the function itself",
        "Which functions are their own slope? Is this one of them?",
    ),
    "constant_kept": Rule(
        "a constant was kept in the derivative",
        "How steep is the graph of a constant?",
    ),
    "linear_kept": Rule(
        "a linear term was kept as it is",
        "How steep is a straight line through 0? Does that depend on where you are on it?",
    ),
    "constant_factor_dropped": Rule(
        "a constant factor is lost",
        "If a function is stretched by a factor, what happens to its slope?",
    ),
    "term_missing": Rule(
        "a term of the sum is missing",
        "How many terms does the function have that change, and how many has your answer?",
    ),
    "term_sign": Rule(
        "the sign of one term is wrong",
        "Take each term alone. Does it rise or fall, and what does your formula say?",
    ),
    "minus_lost": Rule(
        "a minus sign is lost",
        "Follow every minus sign of the function into your answer. Does each arrive?",
    ),
    "returned_part": Rule(
        "a part of the function was not derived",
        "Go through the function from the outside to the inside. Which part did you copy?",
    ),
    "constant_factor": Rule(
        "right but for a constant factor",
        "Which numbers come down from the exponents and out of the brackets? Count each of them once.",
    ),
    "constant_term": Rule(
        "right but for a constant that is added",
        "What becomes of a constant when it is derived?",
    ),
}
RANK: Mapping[str, int] = {rule: place for place, rule in enumerate(RULES)}
