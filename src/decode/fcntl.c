/* fcntl(2): what the argument is depends on the command, and so does what the result means. */
#include <fcntl.h>

#include "coverage_parts.h"
#include "decoder.h"
#include "shape.h"

#ifndef F_SETSIG
#define F_SETSIG 10
#define F_GETSIG 11
#endif
#ifndef F_GETOWNER_UIDS
#define F_GETOWNER_UIDS 17
#endif
#ifndef F_SETOWN_EX
#define F_SETOWN_EX 15
#define F_GETOWN_EX 16
#endif
#ifndef F_DUPFD_CLOEXEC
#define F_DUPFD_CLOEXEC 1030
#endif
#ifndef F_GETLEASE
#define F_GETLEASE 1025
#endif
#ifndef F_GET_SEALS
#define F_GET_SEALS 1034
#endif
#ifndef F_DUPFD_QUERY
#define F_DUPFD_QUERY 1027
#endif

static const struct shape_field shape_owner_ex[] = { F_CONST_("type", 4, owner_type), F_INT_("pid", 4),
						     F_END_ };
static const struct shape_field shape_owner_uids[] = { F_UINT_("real", 4), F_UINT_("effective", 4), F_END_ };
/* struct flock and, with 64-bit offsets everywhere, flock64 */
static const struct shape_field shape_flock[] = { F_CONST_("l_type", 2, lock_type),
						  F_INT_("l_whence", 2),
						  F_ALIGN_,
						  F_LONG_("l_start"),
						  F_LONG_("l_len"),
						  F_INT_("l_pid", 4),
						  F_END_ };
static const struct shape_field shape_flock64[] = { F_CONST_("l_type", 2, lock_type),
						    F_INT_("l_whence", 2),
						    F_ALIGN_,
						    F_INT_("l_start", 8),
						    F_INT_("l_len", 8),
						    F_INT_("l_pid", 4),
						    F_END_ };
static const struct shape_field shape_delegation[] = { F_HEX_("d_flags", 4), F_CONST_("d_type", 2, lock_type),
						       F_PAD_(2), F_END_ };
static const struct shape_field shape_hint[] = { F_CONST_("hint", 8, rw_hint), F_END_ };

/* How the third argument is to be taken. */
enum argument {
	ARG_NONE,
	ARG_INT,
	ARG_FD,
	ARG_FD_FLAGS,
	ARG_FILE_FLAGS,
	ARG_SIGNAL,
	ARG_LEASE,
	ARG_SEALS,
	ARG_NOTIFY,
	ARG_SHAPE
};

struct command {
	const char *name;
	uint8_t argument; /* enum argument */
	const struct shape_field *shape;
};

static const struct command commands[] = {
	{ "F_DUPFD", ARG_INT, NULL },
	{ "F_DUPFD_CLOEXEC", ARG_INT, NULL },
	{ "F_DUPFD_QUERY", ARG_FD, NULL },
	{ "F_GETFD", ARG_NONE, NULL },
	{ "F_SETFD", ARG_FD_FLAGS, NULL },
	{ "F_GETFL", ARG_NONE, NULL },
	{ "F_SETFL", ARG_FILE_FLAGS, NULL },
	{ "F_GETOWN", ARG_NONE, NULL },
	{ "F_SETOWN", ARG_INT, NULL },
	{ "F_GETSIG", ARG_NONE, NULL },
	{ "F_SETSIG", ARG_SIGNAL, NULL },
	{ "F_GETOWN_EX", ARG_SHAPE, shape_owner_ex },
	{ "F_SETOWN_EX", ARG_SHAPE, shape_owner_ex },
	{ "F_GETOWNER_UIDS", ARG_SHAPE, shape_owner_uids },
	{ "F_GETLK", ARG_SHAPE, shape_flock },
	{ "F_SETLK", ARG_SHAPE, shape_flock },
	{ "F_SETLKW", ARG_SHAPE, shape_flock },
	{ "F_GETLK64", ARG_SHAPE, shape_flock64 },
	{ "F_SETLK64", ARG_SHAPE, shape_flock64 },
	{ "F_SETLKW64", ARG_SHAPE, shape_flock64 },
	{ "F_OFD_GETLK", ARG_SHAPE, shape_flock64 },
	{ "F_OFD_SETLK", ARG_SHAPE, shape_flock64 },
	{ "F_OFD_SETLKW", ARG_SHAPE, shape_flock64 },
	{ "F_GETLEASE", ARG_NONE, NULL },
	{ "F_SETLEASE", ARG_LEASE, NULL },
	{ "F_CREATED_QUERY", ARG_NONE, NULL },
	{ "F_CANCELLK", ARG_SHAPE, shape_flock },
	{ "F_GETDELEG", ARG_SHAPE, shape_delegation },
	{ "F_SETDELEG", ARG_SHAPE, shape_delegation },
	{ "F_NOTIFY", ARG_NOTIFY, NULL },
	{ "F_GETPIPE_SZ", ARG_NONE, NULL },
	{ "F_SETPIPE_SZ", ARG_INT, NULL },
	{ "F_ADD_SEALS", ARG_SEALS, NULL },
	{ "F_GET_SEALS", ARG_NONE, NULL },
	{ "F_GET_RW_HINT", ARG_SHAPE, shape_hint },
	{ "F_SET_RW_HINT", ARG_SHAPE, shape_hint },
	{ "F_GET_FILE_RW_HINT", ARG_SHAPE, shape_hint },
	{ "F_SET_FILE_RW_HINT", ARG_SHAPE, shape_hint },
};

static const struct command *find_command(const struct call *call)
{
	const char *name = names_find(&names_fcntl_command, (uint32_t)call->args[1]);

	for (size_t i = 0; name && i < sizeof(commands) / sizeof(commands[0]); i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

uint32_t size_fcntl(const struct pass *pass, unsigned arg)
{
	const struct command *command = find_command(pass->call);

	(void)arg;
	return command && command->argument == ARG_SHAPE
		       ? shape_size_abi(command->shape, pass->call->abi->layout.pointer)
		       : 0;
}

void values_fcntl_command(struct decoder *decoder, unsigned arg)
{
	decoder_add(decoder, value_constant(decoder->arena, decoder->call->row->args[arg].name,
					    &names_fcntl_command, (uint32_t)decoder->call->args[arg]));
}

static void add_structure(struct decoder *decoder, unsigned arg, const struct command *command)
{
	uint64_t address = decoder->call->args[arg];
	uint32_t size = shape_size_abi(command->shape, decoder->call->abi->layout.pointer);
	const uint8_t *data = NULL;

	if (!address || decoder_bytes(decoder, address, size, &data) < size)
		decoder_add_missing(decoder, arg);
	else
		decoder_add(decoder, shape_value(decoder, decoder->arena, decoder->call->row->args[arg].name,
						 command->shape, data, size));
}

void values_fcntl(struct decoder *decoder, unsigned arg)
{
	const struct command *command = find_command(decoder->call);
	const char *name = decoder->call->row->args[arg].name;
	uint64_t raw = decoder->call->args[arg];
	struct value *value = NULL;

	switch (command ? (enum argument)command->argument : ARG_INT) {
	case ARG_NONE:
		return;
	case ARG_INT:
		value = command ? value_int(decoder->arena, name, (int)raw)
				: value_hex(decoder->arena, name, raw);
		break;
	case ARG_FD:
		value = decoder_fd(decoder, name, (int)raw);
		break;
	case ARG_FD_FLAGS:
		value = value_flags(decoder->arena, name, &names_fd_flags, (uint32_t)raw);
		break;
	case ARG_FILE_FLAGS:
		value = value_flags(decoder->arena, name, &names_open_flags, (uint32_t)raw);
		break;
	case ARG_SEALS:
		value = value_flags(decoder->arena, name, &names_seal_flags, (uint32_t)raw);
		break;
	case ARG_NOTIFY:
		value = value_flags(decoder->arena, name, &names_notify_flags, (uint32_t)raw);
		break;
	case ARG_LEASE:
		value = value_constant(decoder->arena, name, &names_lock_type, (uint32_t)raw);
		break;
	case ARG_SIGNAL:
		value = value_constant(decoder->arena, name, NULL, (uint32_t)raw);
		value->constant.text = names_signal((int)raw);
		break;
	case ARG_SHAPE:
		add_structure(decoder, arg, command);
		return;
	}
	decoder_add(decoder, value);
}

const struct value *result_fcntl(struct decoder *decoder)
{
	int64_t result = decoder->call->result;
	struct value *value;

	switch ((int)decoder->call->args[1]) {
	case F_DUPFD:
	case F_DUPFD_CLOEXEC:
		return decoder_fd(decoder, NULL, (int)result);
	case F_GETFD:
		return value_flags(decoder->arena, NULL, &names_fd_flags, (uint64_t)result);
	case F_GETFL:
		return value_flags(decoder->arena, NULL, &names_open_flags, (uint64_t)result);
	case F_GETLEASE:
		return value_constant(decoder->arena, NULL, &names_lock_type, (uint64_t)result);
	case F_GET_SEALS:
		return value_flags(decoder->arena, NULL, &names_seal_flags, (uint64_t)result);
	case F_GETSIG:
		value = value_constant(decoder->arena, NULL, NULL, (uint64_t)result);
		value->constant.text = names_signal((int)result);
		return value;
	default:
		return NULL;
	}
}

void coverage_fcntl(struct text *text)
{
	static const char *const words[] = {
		[ARG_NONE] = "none",
		[ARG_INT] = "number",
		[ARG_FD] = "fd and what it refers to",
		[ARG_FD_FLAGS] = "flags by name",
		[ARG_FILE_FLAGS] = "flags by name",
		[ARG_SIGNAL] = "signal by name",
		[ARG_LEASE] = "constant by name",
		[ARG_SEALS] = "flags by name",
		[ARG_NOTIFY] = "flags by name",
		[ARG_SHAPE] = "structure by field",
	};

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		coverage_row(text, commands[i].name, words[commands[i].argument]);
}
