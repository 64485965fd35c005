#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/text.h"

struct number_case {
	int64_t number;
	const char *decimal, *unsigned_, *hex;
};

static void test_numbers(void **state)
{
	static const struct number_case cases[] = {
		{ 0, "0", "0", "0x0" },
		{ 7, "7", "7", "0x7" },
		{ -1, "-1", "18446744073709551615", "0xffffffffffffffff" },
		{ INT64_MAX, "9223372036854775807", "9223372036854775807", "0x7fffffffffffffff" },
		{ INT64_MIN, "-9223372036854775808", "9223372036854775808", "0x8000000000000000" },
		{ 1000000, "1000000", "1000000", "0xf4240" },
	};
	struct text text = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		text_clear(&text);
		text_add_int(&text, cases[i].number);
		assert_string_equal(text.data, cases[i].decimal);
		text_clear(&text);
		text_add_uint(&text, (uint64_t)cases[i].number);
		assert_string_equal(text.data, cases[i].unsigned_);
		text_clear(&text);
		text_add_hex(&text, (uint64_t)cases[i].number);
		assert_string_equal(text.data, cases[i].hex);
	}
	text_done(&text);
}

static void test_growth(void **state)
{
	struct text text = { 0 };

	(void)state;
	for (int i = 0; i < 5000; i++)
		text_add_char(&text, (char)('a' + i % 26));
	assert_int_equal(text.len, 5000);
	assert_int_equal(strlen(text.data), 5000);
	assert_int_equal(text.data[4999], 'a' + 4999 % 26);
	text_add_padding(&text, 3000);
	assert_int_equal(strlen(text.data), 8000);
	text_clear(&text);
	text_printf(&text, "%s-%05d", "x", 42);
	text_printf(&text, "%4000d", 1);
	assert_int_equal(text.len, 4007);
	assert_int_equal(strlen(text.data), 4007);
	assert_memory_equal(text.data, "x-00042   ", 10);
	text_done(&text);
	assert_null(text.data);
}

/* Every count of digits, at its least and greatest, one after the other in one text. */
static void test_every_length(void **state)
{
	struct text text = { 0 };
	char want[2048] = "";
	size_t len = 0;

	(void)state;
	for (uint64_t power = 1;; power *= 10) {
		len += (size_t)snprintf(want + len, sizeof(want) - len, "%llu %llu %llu ",
					(unsigned long long)power - 1, (unsigned long long)power,
					(unsigned long long)power + 7);
		text_add_uint(&text, power - 1);
		text_add_char(&text, ' ');
		text_add_uint(&text, power);
		text_add_char(&text, ' ');
		text_add_uint(&text, power + 7);
		text_add_char(&text, ' ');
		if (power > UINT64_MAX / 10)
			break;
	}
	assert_string_equal(text.data, want);
	text_done(&text);
}

struct escape_case {
	const char *bytes;
	size_t len; /* 0: strlen */
	int utf8, quoted;
	const char *want;
};

static void test_escaped(void **state)
{
	static const struct escape_case cases[] = {
		{ "plain text", 0, 1, 1, "plain text" },
		{ "a\nb\tc\rd", 0, 1, 1, "a\\nb\\tc\\rd" },
		{ "\0", 1, 1, 1, "\\0" },
		{ "\0a", 2, 1, 1, "\\0a" },
		{ "\0007", 2, 1, 1, "\\x007" },
		{ "say \"hi\"", 0, 1, 1, "say \\\"hi\\\"" },
		{ "say \"hi\"", 0, 1, 0, "say \"hi\"" },
		{ "back\\slash", 0, 1, 0, "back\\\\slash" },
		{ "\033[31mred\007", 0, 1, 1, "\\x1b[31mred\\x07" },
		{ "\177", 0, 1, 1, "\\x7f" },
		{ "gr\xc3\xbc\xc3\x9f", 0, 1, 1, "gr\xc3\xbc\xc3\x9f" },
		{ "gr\xc3\xbc\xc3\x9f", 0, 0, 1, "gr\\xc3\\xbc\\xc3\\x9f" },
		{ "\xc2\x9b"
		  "31m",
		  0, 1, 1, "\\xc2\\x9b31m" }, /* C1 control sequence introducer */
		{ "\xe2\x80\xae"
		  "abc",
		  0, 1, 1,
		  "\\xe2\\x80\\xae"
		  "abc" },						 /* U+202E, right to left */
		{ "\xe2\x80\xa8", 0, 1, 1, "\\xe2\\x80\\xa8" },		 /* U+2028, line separator */
		{ "\xe2\x81\xa6", 0, 1, 1, "\\xe2\\x81\\xa6" },		 /* U+2066, isolate */
		{ "\xef\xbb\xbf", 0, 1, 1, "\\xef\\xbb\\xbf" },		 /* U+FEFF */
		{ "\xe2\x80\x8b", 0, 1, 1, "\\xe2\\x80\\x8b" },		 /* U+200B */
		{ "\xc0\x80", 0, 1, 1, "\\xc0\\x80" },			 /* overlong */
		{ "\xed\xa0\x80", 0, 1, 1, "\\xed\\xa0\\x80" },		 /* surrogate */
		{ "\xf4\x90\x80\x80", 0, 1, 1, "\\xf4\\x90\\x80\\x80" }, /* beyond U+10FFFF */
		{ "\xf0\x9f\x98\x80", 0, 1, 1, "\xf0\x9f\x98\x80" },
		{ "cut \xe2\x82", 0, 1, 1, "cut \\xe2\\x82" },
		{ "\xff\xfe", 0, 1, 1, "\\xff\\xfe" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct escape_case *one = &cases[i];
		struct text text = { 0 };

		text_add_escaped(&text, one->bytes, one->len ? one->len : strlen(one->bytes), one->utf8,
				 one->quoted);
		assert_string_equal(text.data, one->want);
		text_done(&text);
	}
}

/* Plain bytes go by eights: what is odd must be found wherever it stands. */
static void test_escaped_anywhere(void **state)
{
	static const struct {
		char byte;
		const char *text, *json;
	} odd[] = {
		{ '\0', "\\0", "\\u0000" }, { '\n', "\\n", "\\n" },	  { '"', "\\\"", "\\\"" },
		{ '\\', "\\\\", "\\\\" },   { 0x7f, "\\x7f", "\\u007f" }, { 0x1f, "\\x1f", "\\u001f" },
	};
	static const char filler[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
	struct text text = { 0 }, json = { 0 };
	char want[128];

	(void)state;
	for (unsigned len = 1; len < 40; len++) {
		for (unsigned at = 0; at < len; at++) {
			for (unsigned i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
				char bytes[40];

				memset(bytes, 'a', sizeof(bytes));
				bytes[at] = odd[i].byte;
				text_clear(&text);
				text_add_escaped(&text, bytes, len, 1, 1);
				snprintf(want, sizeof(want), "%.*s%s%.*s", (int)at, filler, odd[i].text,
					 (int)(len - at - 1), filler);
				assert_string_equal(text.data, want);
				text_clear(&json);
				text_add_json(&json, bytes, len);
				snprintf(want, sizeof(want), "%.*s%s%.*s", (int)at, filler, odd[i].json,
					 (int)(len - at - 1), filler);
				assert_string_equal(json.data, want);
			}
		}
	}
	text_done(&text);
	text_done(&json);
}

static void test_nuls(void **state)
{
	struct text text = { 0 };
	const char bytes[20] = { 0 };

	(void)state;
	for (unsigned len = 1; len <= sizeof(bytes); len++) {
		text_clear(&text);
		text_add_json(&text, bytes, len);
		assert_int_equal(text.len, 6 * len);
		for (unsigned i = 0; i < len; i++)
			assert_memory_equal(text.data + (size_t)6 * i, "\\u0000", 6);
		text_clear(&text);
		text_add_escaped(&text, bytes, len, 1, 1);
		assert_int_equal(text.len, 2 * len);
		assert_memory_equal(text.data, "\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0",
				    2 * len);
	}
	text_done(&text);
}

struct json_case {
	const char *bytes;
	size_t len; /* 0: strlen */
	const char *want;
};

static void test_json(void **state)
{
	static const struct json_case cases[] = {
		{ "", 0, "\"\"" },
		{ "plain", 0, "\"plain\"" },
		{ "a\"b\\c/d", 0, "\"a\\\"b\\\\c/d\"" },
		{ "\b\t\n\v\f\r", 0, "\"\\b\\t\\n\\u000b\\f\\r\"" },
		{ "\0\001\033\177", 4, "\"\\u0000\\u0001\\u001b\\u007f\"" },
		{ "gr\xc3\xbc\xc3\x9f", 0, "\"gr\xc3\xbc\xc3\x9f\"" },
		{ "a\xff"
		  "b",
		  0,
		  "\"a\xef\xbf\xbd"
		  "b\"" },
		{ "\xc2\x9b\xe2\x80\xae\xf3\xa0\x80\x81", 0, "\"\\u009b\\u202e\\udb40\\udc01\"" },
		{ "\x7e\x7f\x1f !#[]^_`{|}~", 0, "\"~\\u007f\\u001f !#[]^_`{|}~\"" },
		{ "0123456789@ABCXYZ$%&'()*+,-.:;<=>?abcxyz", 0,
		  "\"0123456789@ABCXYZ$%&'()*+,-.:;<=>?abcxyz\"" },
		{ "\xe2\x82", 0, "\"\xef\xbf\xbd\xef\xbf\xbd\"" },
		{ "\xed\xa0\x80", 0, "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct text text = { 0 };

		text_add_json_lossy(&text, cases[i].bytes,
				    cases[i].len ? cases[i].len : strlen(cases[i].bytes));
		assert_string_equal(text.data, cases[i].want);
		assert_true(text_is_utf8(text.data, text.len));
		text_done(&text);
	}
}

static void test_is_utf8(void **state)
{
	(void)state;
	assert_true(text_is_utf8("", 0));
	assert_true(text_is_utf8("a\0b", 3));
	assert_true(text_is_utf8("eight by\xc3\xbc is more", 18));
	assert_false(text_is_utf8("eight bytes\xff and more", 20));
	assert_false(text_is_utf8("12345678\xc3", 9));
	assert_true(text_is_utf8("\xf4\x8f\xbf\xbf", 4));
	assert_false(text_is_utf8("\xf4\x8f\xbf", 3));
	assert_false(text_is_utf8("\x80", 1));
	assert_false(text_is_utf8("ok\xc3", 3));
}

static void test_columns(void **state)
{
	(void)state;
	assert_int_equal(text_columns("", 0), 0);
	assert_int_equal(text_columns("abc", 3), 3);
	assert_int_equal(text_columns("\xe2\x86\x92", 3), 1);	  /* → */
	assert_int_equal(text_columns("\xe2\x80\xa6", 3), 1);	  /* … */
	assert_int_equal(text_columns("\xe6\xbc\xa2", 3), 2);	  /* 漢 */
	assert_int_equal(text_columns("e\xcc\x81", 3), 1);	  /* e and a combining acute */
	assert_int_equal(text_columns("\xf0\x9f\x98\x80", 4), 2); /* an emoji */
	assert_int_equal(text_columns("\xff\xff", 2), 2);	  /* nothing valid: a column per byte */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers), cmocka_unit_test(test_every_length),
		cmocka_unit_test(test_growth),	cmocka_unit_test(test_escaped_anywhere),
		cmocka_unit_test(test_nuls),	cmocka_unit_test(test_escaped),
		cmocka_unit_test(test_json),	cmocka_unit_test(test_is_utf8),
		cmocka_unit_test(test_columns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
