/* Made by tools/names: do not edit. */
#include "names/names.h"

#define X(value, name) { value, name },
#define LIST(family, prefix) \
	const struct names names_##family = { prefix, family, sizeof(family) / sizeof(family[0]) }

static const struct name nlmsg_type[] = {
#include "nlmsg_type.def"
};
LIST(nlmsg_type, "NLMSG_");

static const struct name nlm_flags[] = {
#include "nlm_flags.def"
};
LIST(nlm_flags, "NLM_F_");

static const struct name nlm_flags_get[] = {
#include "nlm_flags_get.def"
};
LIST(nlm_flags_get, "NLM_F_");

static const struct name nlm_flags_new[] = {
#include "nlm_flags_new.def"
};
LIST(nlm_flags_new, "NLM_F_");

static const struct name nlm_flags_del[] = {
#include "nlm_flags_del.def"
};
LIST(nlm_flags_del, "NLM_F_");

static const struct name nlm_flags_ack[] = {
#include "nlm_flags_ack.def"
};
LIST(nlm_flags_ack, "NLM_F_");

static const struct name nla_flags[] = {
#include "nla_flags.def"
};
LIST(nla_flags, "NLA_F_");

static const struct name nlmsgerr_attr[] = {
#include "nlmsgerr_attr.def"
};
LIST(nlmsgerr_attr, "NLMSGERR_ATTR_");

static const struct name nl_policy_attr[] = {
#include "nl_policy_attr.def"
};
LIST(nl_policy_attr, "NL_POLICY_TYPE_ATTR_");

static const struct name nl_attr_type[] = {
#include "nl_attr_type.def"
};
LIST(nl_attr_type, "NL_ATTR_TYPE_");

static const struct name genl_id[] = {
#include "genl_id.def"
};
LIST(genl_id, "GENL_ID_");

static const struct name ctrl_cmd[] = {
#include "ctrl_cmd.def"
};
LIST(ctrl_cmd, "CTRL_CMD_");

static const struct name ctrl_attr[] = {
#include "ctrl_attr.def"
};
LIST(ctrl_attr, "CTRL_ATTR_");

static const struct name ctrl_attr_op[] = {
#include "ctrl_attr_op.def"
};
LIST(ctrl_attr_op, "CTRL_ATTR_OP_");

static const struct name ctrl_attr_mcast_grp[] = {
#include "ctrl_attr_mcast_grp.def"
};
LIST(ctrl_attr_mcast_grp, "CTRL_ATTR_MCAST_GRP_");

static const struct name ctrl_attr_policy[] = {
#include "ctrl_attr_policy.def"
};
LIST(ctrl_attr_policy, "CTRL_ATTR_POLICY_");

static const struct name genl_op_flags[] = {
#include "genl_op_flags.def"
};
LIST(genl_op_flags, "GENL_");

static const struct name audit_type[] = {
#include "audit_type.def"
};
LIST(audit_type, "AUDIT_");

static const struct name xfrm_type[] = {
#include "xfrm_type.def"
};
LIST(xfrm_type, "XFRM_MSG_");

static const struct name xfrm_attr[] = {
#include "xfrm_attr.def"
};
LIST(xfrm_attr, "XFRMA_");

static const struct name xfrm_group[] = {
#include "xfrm_group.def"
};
LIST(xfrm_group, "XFRMNLGRP_");

static const struct name selinux_type[] = {
#include "selinux_type.def"
};
LIST(selinux_type, "SELNL_MSG_");

static const struct name crypto_type[] = {
#include "crypto_type.def"
};
LIST(crypto_type, "CRYPTO_MSG_");

static const struct name nfnl_subsys[] = {
#include "nfnl_subsys.def"
};
LIST(nfnl_subsys, "NFNL_SUBSYS_");

static const struct name nfnl_batch[] = {
#include "nfnl_batch.def"
};
LIST(nfnl_batch, "NFNL_MSG_BATCH_");

static const struct name nfnl_group[] = {
#include "nfnl_group.def"
};
LIST(nfnl_group, "NFNLGRP_");

static const struct name nft_type[] = {
#include "nft_type.def"
};
LIST(nft_type, "NFT_MSG_");

static const struct name ct_type[] = {
#include "ct_type.def"
};
LIST(ct_type, "IPCTNL_MSG_CT_");

static const struct name ct_exp_type[] = {
#include "ct_exp_type.def"
};
LIST(ct_exp_type, "IPCTNL_MSG_EXP_");

static const struct name nfqueue_type[] = {
#include "nfqueue_type.def"
};
LIST(nfqueue_type, "NFQNL_MSG_");

static const struct name nflog_type[] = {
#include "nflog_type.def"
};
LIST(nflog_type, "NFULNL_MSG_");

static const struct name nfacct_type[] = {
#include "nfacct_type.def"
};
LIST(nfacct_type, "NFNL_MSG_ACCT_");

static const struct name ct_timeout_type[] = {
#include "ct_timeout_type.def"
};
LIST(ct_timeout_type, "IPCTNL_MSG_TIMEOUT_");

static const struct name ct_helper_type[] = {
#include "ct_helper_type.def"
};
LIST(ct_helper_type, "NFNL_MSG_CTHELPER_");

static const struct name nft_compat_type[] = {
#include "nft_compat_type.def"
};
LIST(nft_compat_type, "NFNL_MSG_COMPAT_");

static const struct name nf_hook_type[] = {
#include "nf_hook_type.def"
};
LIST(nf_hook_type, "NFNL_MSG_HOOK_");

static const struct name nf_osf_type[] = {
#include "nf_osf_type.def"
};
LIST(nf_osf_type, "OSF_MSG_");

static const struct name ipset_type[] = {
#include "ipset_type.def"
};
LIST(ipset_type, "IPSET_CMD_");

static const struct name nfproto[] = {
#include "nfproto.def"
};
LIST(nfproto, "NFPROTO_");
