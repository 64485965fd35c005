/* span: spans of time as people read them. */
#include "base/text.h"

/* A number with its leading zeros. */
static void add_digits(struct text *text, uint64_t number, unsigned digits)
{
	if (digits > 1)
		text_add_char(text, (char)('0' + number / 10 % 10));
	text_add_char(text, (char)('0' + number % 10));
}

/* A number of thousandths as three digits: 1.24, 20.3, 214. */
static void add_three(struct text *text, uint64_t thousandths)
{
	text_add_uint(text, thousandths / 1000);
	if (thousandths < 10000) {
		text_add_char(text, '.');
		add_digits(text, thousandths % 1000 / 10, 2);
	} else if (thousandths < 100000) {
		text_add_char(text, '.');
		add_digits(text, thousandths % 1000 / 100, 1);
	}
}

/* Rounds to three digits, so that 999.96us becomes 1.00ms and not 1000us. */
static uint64_t round_three(uint64_t ns)
{
	uint64_t step = 1;

	while (ns / step >= 1000)
		step *= 10;
	return (ns + step / 2) / step * step;
}

void text_add_span(struct text *text, uint64_t ns)
{
	ns = round_three(ns);
	if (ns < 1000) {
		text_add_uint(text, ns);
		text_add(text, "ns");
	} else if (ns < (uint64_t)1000000) {
		add_three(text, ns);
		text_add(text, "us");
	} else if (ns < (uint64_t)1000000000) {
		add_three(text, ns / 1000);
		text_add(text, "ms");
	} else {
		add_three(text, ns / (uint64_t)1000000);
		text_add(text, "s");
	}
}
