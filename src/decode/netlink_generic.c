/* NETLINK_GENERIC (linux/genetlink.h): the controller's own messages, others by family and number of command;
 * and NETFILTER. */
#include "netlink.h"

enum { GENERIC_HEADER = 4 /* struct genlmsghdr */ };

static const struct attrs policy_attrs = ATTRS_NAMES(nl_policy_attr);
static const struct attr op_rows[] = {
	{ .name = "CTRL_ATTR_OP_ID", .as = N_UINT },
	{ .name = "CTRL_ATTR_OP_FLAGS", .as = N_FLAGS, .names = &names_genl_op_flags },
};
static const struct attrs op_attrs = ATTRS(ctrl_attr_op, op_rows);
static const struct attr group_rows[] = {
	{ .name = "CTRL_ATTR_MCAST_GRP_NAME", .as = N_STRING },
	{ .name = "CTRL_ATTR_MCAST_GRP_ID", .as = N_UINT },
};
static const struct attrs group_attrs = ATTRS(ctrl_attr_mcast_grp, group_rows);
static const struct attr control_rows[] = {
	{ .name = "CTRL_ATTR_FAMILY_NAME", .as = N_STRING },
	{ .name = "CTRL_ATTR_OPS", .as = N_LIST, .nest = &op_attrs },
	{ .name = "CTRL_ATTR_MCAST_GROUPS", .as = N_LIST, .nest = &group_attrs },
	{ .name = "CTRL_ATTR_POLICY", .as = N_LIST, .nest = &policy_attrs },
	{ .name = "CTRL_ATTR_OP_POLICY", .as = N_BYTES },
};
static const struct attrs control_attrs = ATTRS_NUMBERS(ctrl_attr, control_rows);

static const char *const brief_control[] = { "cmd", "CTRL_ATTR_FAMILY_NAME", NULL };
static const char *const brief_other[] = { "cmd", NULL };

static const char *const *generic_body(struct attr_walk *walk, struct fields *to,
				       const struct netlink_message *message)
{
	const char *id = names_find(&names_genl_id, message->type);
	bool control = id && !strcmp(id, "GENL_ID_CTRL");

	if (message->size < GENERIC_HEADER) {
		if (message->size)
			fields_bytes(to, "data", message->data, message->size);
		return NULL;
	}
	fields_constant(to, "cmd", control ? &names_ctrl_cmd : NULL, message->data[0]);
	fields_uint(to, "version", message->data[1]);
	netlink_attrs(walk, to, control ? &control_attrs : NULL, message->data + GENERIC_HEADER,
		      message->size - GENERIC_HEADER);
	return control ? brief_control : brief_other;
}

/* Families get their numbers when they are registered: whoever runs the trace may know them. */
static const char *generic_type(const struct decoder *decoder, uint16_t type)
{
	const char *name = NULL;

	if (!names_find(&names_genl_id, type) && decoder->decode->genl_family)
		name = decoder->decode->genl_family(decoder->decode->user, type);
	return name ? arena_string(decoder->arena, name) : NULL;
}

static const struct names *generic_flags(const struct netlink_message *message)
{
	return message->received ? &names_nlm_flags : &names_nlm_flags_get;
}

const struct netlink_protocol netlink_generic = {
	.number = 16,
	.types = &names_genl_id,
	.body = generic_body,
	.flags = generic_flags,
	.type = generic_type,
};

/* Types are a subsystem and a message of it (linux/netfilter/nfnetlink.h); bodies start with struct nfgenmsg.
 */
static const struct {
	const char *subsystem;
	const struct names *types;
} subsystems[] = {
	{ "NFNL_SUBSYS_CTNETLINK", &names_ct_type },
	{ "NFNL_SUBSYS_CTNETLINK_EXP", &names_ct_exp_type },
	{ "NFNL_SUBSYS_QUEUE", &names_nfqueue_type },
	{ "NFNL_SUBSYS_ULOG", &names_nflog_type },
	{ "NFNL_SUBSYS_ACCT", &names_nfacct_type },
	{ "NFNL_SUBSYS_CTNETLINK_TIMEOUT", &names_ct_timeout_type },
	{ "NFNL_SUBSYS_CTHELPER", &names_ct_helper_type },
	{ "NFNL_SUBSYS_NFTABLES", &names_nft_type },
	{ "NFNL_SUBSYS_NFT_COMPAT", &names_nft_compat_type },
	{ "NFNL_SUBSYS_HOOK", &names_nf_hook_type },
	{ "NFNL_SUBSYS_OSF", &names_nf_osf_type },
	{ "NFNL_SUBSYS_IPSET", &names_ipset_type },
};

static const char *netfilter_type(const struct decoder *decoder, uint16_t type)
{
	const char *subsystem = names_find(&names_nfnl_subsys, type >> 8);

	(void)decoder;
	for (size_t i = 0; type > 0xff && subsystem && i < sizeof(subsystems) / sizeof(subsystems[0]); i++)
		if (!strcmp(subsystems[i].subsystem, subsystem))
			return names_find(subsystems[i].types, type & 0xff);
	return NULL;
}

static const struct shape_field shape_nfgen[] = { F_CONST_("nfgen_family", 1, address_family),
						  F_UINT_("version", 1), F_BE_("res_id", 2), F_END_ };

static const char *const *netfilter_body(struct attr_walk *walk, struct fields *to,
					 const struct netlink_message *message)
{
	static const struct netlink_body body = { .shape = shape_nfgen };
	uint32_t head = shape_size(shape_nfgen);

	netlink_body(walk, to, message, &body);
	if (message->size > head)
		fields_bytes(to, "data", message->data + head, message->size - head);
	return NULL;
}

const struct netlink_protocol netlink_netfilter = {
	.number = 12,
	.types = &names_nfnl_batch,
	.body = netfilter_body,
	.type = netfilter_type,
};
