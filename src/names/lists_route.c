/* Made by tools/names: do not edit. */
#include "names/names.h"

#define X(value, name) { value, name },
#define LIST(family, prefix) \
	const struct names names_##family = { prefix, family, sizeof(family) / sizeof(family[0]) }

static const struct name rtm_type[] = {
#include "rtm_type.def"
};
LIST(rtm_type, "RTM_");

static const struct name rtnl_group[] = {
#include "rtnl_group.def"
};
LIST(rtnl_group, "RTNLGRP_");

static const struct name rtnl_group_flags[] = {
#include "rtnl_group_flags.def"
};
LIST(rtnl_group_flags, "RTMGRP_");

static const struct name rtnl_family[] = {
#include "rtnl_family.def"
};
LIST(rtnl_family, "RTNL_FAMILY_");

static const struct name rtext_filter[] = {
#include "rtext_filter.def"
};
LIST(rtext_filter, "RTEXT_FILTER_");

static const struct name rta[] = {
#include "rta.def"
};
LIST(rta, "RTA_");

static const struct name rtax[] = {
#include "rtax.def"
};
LIST(rtax, "RTAX_");

static const struct name rtax_features[] = {
#include "rtax_features.def"
};
LIST(rtax_features, "RTAX_FEATURE_");

static const struct name route_type[] = {
#include "route_type.def"
};
LIST(route_type, "RTN_");

static const struct name route_scope[] = {
#include "route_scope.def"
};
LIST(route_scope, "RT_SCOPE_");

static const struct name route_table[] = {
#include "route_table.def"
};
LIST(route_table, "RT_TABLE_");

static const struct name route_protocol[] = {
#include "route_protocol.def"
};
LIST(route_protocol, "RTPROT_");

static const struct name route_flags[] = {
#include "route_flags.def"
};
LIST(route_flags, "RTM_F_");

static const struct name nexthop_flags[] = {
#include "nexthop_flags.def"
};
LIST(nexthop_flags, "RTNH_F_");

static const struct name route_preference[] = {
#include "route_preference.def"
};
LIST(route_preference, "ICMPV6_ROUTER_PREF_");

static const struct name lwtunnel_encap[] = {
#include "lwtunnel_encap.def"
};
LIST(lwtunnel_encap, "LWTUNNEL_ENCAP_");

static const struct name lwtunnel_ip[] = {
#include "lwtunnel_ip.def"
};
LIST(lwtunnel_ip, "LWTUNNEL_IP_");

static const struct name lwtunnel_ip6[] = {
#include "lwtunnel_ip6.def"
};
LIST(lwtunnel_ip6, "LWTUNNEL_IP6_");

static const struct name mpls_iptunnel[] = {
#include "mpls_iptunnel.def"
};
LIST(mpls_iptunnel, "MPLS_IPTUNNEL_");

static const struct name seg6_iptunnel[] = {
#include "seg6_iptunnel.def"
};
LIST(seg6_iptunnel, "SEG6_IPTUNNEL_");

static const struct name ifa[] = {
#include "ifa.def"
};
LIST(ifa, "IFA_");

static const struct name ifa_flags[] = {
#include "ifa_flags.def"
};
LIST(ifa_flags, "IFA_F_");

static const struct name ifa_protocol[] = {
#include "ifa_protocol.def"
};
LIST(ifa_protocol, "IFAPROT_");

static const struct name ifal[] = {
#include "ifal.def"
};
LIST(ifal, "IFAL_");

static const struct name nda[] = {
#include "nda.def"
};
LIST(nda, "NDA_");

static const struct name nud_state[] = {
#include "nud_state.def"
};
LIST(nud_state, "NUD_");

static const struct name ntf_flags[] = {
#include "ntf_flags.def"
};
LIST(ntf_flags, "NTF_");

static const struct name ntf_ext_flags[] = {
#include "ntf_ext_flags.def"
};
LIST(ntf_ext_flags, "NTF_EXT_");

static const struct name ndta[] = {
#include "ndta.def"
};
LIST(ndta, "NDTA_");

static const struct name ndtpa[] = {
#include "ndtpa.def"
};
LIST(ndtpa, "NDTPA_");

static const struct name nfea[] = {
#include "nfea.def"
};
LIST(nfea, "NFEA_");

static const struct name fra[] = {
#include "fra.def"
};
LIST(fra, "FRA_");

static const struct name rule_action[] = {
#include "rule_action.def"
};
LIST(rule_action, "FR_ACT_");

static const struct name rule_flags[] = {
#include "rule_flags.def"
};
LIST(rule_flags, "FIB_RULE_");

static const struct name nha[] = {
#include "nha.def"
};
LIST(nha, "NHA_");

static const struct name nha_group_type[] = {
#include "nha_group_type.def"
};
LIST(nha_group_type, "NEXTHOP_GRP_TYPE_");

static const struct name netconfa[] = {
#include "netconfa.def"
};
LIST(netconfa, "NETCONFA_");

static const struct name netnsa[] = {
#include "netnsa.def"
};
LIST(netnsa, "NETNSA_");

static const struct name tca[] = {
#include "tca.def"
};
LIST(tca, "TCA_");

static const struct name prefix_attr[] = {
#include "prefix_attr.def"
};
LIST(prefix_attr, "PREFIX_");

static const struct name nduseropt[] = {
#include "nduseropt.def"
};
LIST(nduseropt, "NDUSEROPT_");
