/* Made by tools/names: do not edit. */
#include "names/names.h"

#define X(value, name) { value, name },
#define LIST(family, prefix) \
	const struct names names_##family = { prefix, family, sizeof(family) / sizeof(family[0]) }

static const struct name ifla[] = {
#include "ifla.def"
};
LIST(ifla, "IFLA_");

static const struct name ifla_info[] = {
#include "ifla_info.def"
};
LIST(ifla_info, "IFLA_INFO_");

static const struct name ifla_xdp[] = {
#include "ifla_xdp.def"
};
LIST(ifla_xdp, "IFLA_XDP_");

static const struct name ifla_inet[] = {
#include "ifla_inet.def"
};
LIST(ifla_inet, "IFLA_INET_");

static const struct name ifla_inet6[] = {
#include "ifla_inet6.def"
};
LIST(ifla_inet6, "IFLA_INET6_");

static const struct name ipv4_devconf[] = {
#include "ipv4_devconf.def"
};
LIST(ipv4_devconf, "IPV4_DEVCONF_");

static const struct name ipv6_devconf[] = {
#include "ipv6_devconf.def"
};
LIST(ipv6_devconf, "DEVCONF_");

static const struct name icmp6_mib[] = {
#include "icmp6_mib.def"
};
LIST(icmp6_mib, "ICMP6_MIB_");

static const struct name ifla_mctp[] = {
#include "ifla_mctp.def"
};
LIST(ifla_mctp, "IFLA_MCTP_");

static const struct name ifla_bridge[] = {
#include "ifla_bridge.def"
};
LIST(ifla_bridge, "IFLA_BRIDGE_");

static const struct name ifla_proto_down_reason[] = {
#include "ifla_proto_down_reason.def"
};
LIST(ifla_proto_down_reason, "IFLA_PROTO_DOWN_REASON_");

static const struct name ifla_vfinfo[] = {
#include "ifla_vfinfo.def"
};
LIST(ifla_vfinfo, "IFLA_VF_");

static const struct name ifla_vf[] = {
#include "ifla_vf.def"
};
LIST(ifla_vf, "IFLA_VF_");

static const struct name ifla_vf_stats[] = {
#include "ifla_vf_stats.def"
};
LIST(ifla_vf_stats, "IFLA_VF_STATS_");

static const struct name ifla_vf_port[] = {
#include "ifla_vf_port.def"
};
LIST(ifla_vf_port, "IFLA_VF_");

static const struct name ifla_port[] = {
#include "ifla_port.def"
};
LIST(ifla_port, "IFLA_PORT_");

static const struct name ifla_stats[] = {
#include "ifla_stats.def"
};
LIST(ifla_stats, "IFLA_STATS_");

static const struct name ifla_br[] = {
#include "ifla_br.def"
};
LIST(ifla_br, "IFLA_BR_");

static const struct name ifla_brport[] = {
#include "ifla_brport.def"
};
LIST(ifla_brport, "IFLA_BRPORT_");

static const struct name ifla_vlan[] = {
#include "ifla_vlan.def"
};
LIST(ifla_vlan, "IFLA_VLAN_");

static const struct name ifla_vlan_qos[] = {
#include "ifla_vlan_qos.def"
};
LIST(ifla_vlan_qos, "IFLA_VLAN_QOS_");

static const struct name ifla_macvlan[] = {
#include "ifla_macvlan.def"
};
LIST(ifla_macvlan, "IFLA_MACVLAN_");

static const struct name ifla_ipvlan[] = {
#include "ifla_ipvlan.def"
};
LIST(ifla_ipvlan, "IFLA_IPVLAN_");

static const struct name ifla_vrf[] = {
#include "ifla_vrf.def"
};
LIST(ifla_vrf, "IFLA_VRF_");

static const struct name ifla_vrf_port[] = {
#include "ifla_vrf_port.def"
};
LIST(ifla_vrf_port, "IFLA_VRF_PORT_");

static const struct name ifla_macsec[] = {
#include "ifla_macsec.def"
};
LIST(ifla_macsec, "IFLA_MACSEC_");

static const struct name ifla_xfrm[] = {
#include "ifla_xfrm.def"
};
LIST(ifla_xfrm, "IFLA_XFRM_");

static const struct name ifla_netkit[] = {
#include "ifla_netkit.def"
};
LIST(ifla_netkit, "IFLA_NETKIT_");

static const struct name ifla_vxlan[] = {
#include "ifla_vxlan.def"
};
LIST(ifla_vxlan, "IFLA_VXLAN_");

static const struct name ifla_geneve[] = {
#include "ifla_geneve.def"
};
LIST(ifla_geneve, "IFLA_GENEVE_");

static const struct name ifla_bareudp[] = {
#include "ifla_bareudp.def"
};
LIST(ifla_bareudp, "IFLA_BAREUDP_");

static const struct name ifla_ppp[] = {
#include "ifla_ppp.def"
};
LIST(ifla_ppp, "IFLA_PPP_");

static const struct name ifla_gtp[] = {
#include "ifla_gtp.def"
};
LIST(ifla_gtp, "IFLA_GTP_");

static const struct name ifla_bond[] = {
#include "ifla_bond.def"
};
LIST(ifla_bond, "IFLA_BOND_");

static const struct name ifla_bond_ad_info[] = {
#include "ifla_bond_ad_info.def"
};
LIST(ifla_bond_ad_info, "IFLA_BOND_AD_INFO_");

static const struct name ifla_bond_slave[] = {
#include "ifla_bond_slave.def"
};
LIST(ifla_bond_slave, "IFLA_BOND_SLAVE_");

static const struct name ifla_ipoib[] = {
#include "ifla_ipoib.def"
};
LIST(ifla_ipoib, "IFLA_IPOIB_");

static const struct name ifla_hsr[] = {
#include "ifla_hsr.def"
};
LIST(ifla_hsr, "IFLA_HSR_");

static const struct name ifla_tun[] = {
#include "ifla_tun.def"
};
LIST(ifla_tun, "IFLA_TUN_");

static const struct name ifla_rmnet[] = {
#include "ifla_rmnet.def"
};
LIST(ifla_rmnet, "IFLA_RMNET_");

static const struct name ifla_dsa[] = {
#include "ifla_dsa.def"
};
LIST(ifla_dsa, "IFLA_DSA_");

static const struct name ifla_ovpn[] = {
#include "ifla_ovpn.def"
};
LIST(ifla_ovpn, "IFLA_OVPN_");

static const struct name ifla_iptun[] = {
#include "ifla_iptun.def"
};
LIST(ifla_iptun, "IFLA_IPTUN_");

static const struct name ifla_gre[] = {
#include "ifla_gre.def"
};
LIST(ifla_gre, "IFLA_GRE_");

static const struct name ifla_vti[] = {
#include "ifla_vti.def"
};
LIST(ifla_vti, "IFLA_VTI_");

static const struct name ifla_can[] = {
#include "ifla_can.def"
};
LIST(ifla_can, "IFLA_CAN_");

static const struct name veth_info[] = {
#include "veth_info.def"
};
LIST(veth_info, "VETH_INFO_");

static const struct name macvlan_mode[] = {
#include "macvlan_mode.def"
};
LIST(macvlan_mode, "MACVLAN_MODE_");

static const struct name ipvlan_mode[] = {
#include "ipvlan_mode.def"
};
LIST(ipvlan_mode, "IPVLAN_MODE_");

static const struct name in6_addr_gen_mode[] = {
#include "in6_addr_gen_mode.def"
};
LIST(in6_addr_gen_mode, "IN6_ADDR_GEN_MODE_");

static const struct name link_oper_state[] = {
#include "link_oper_state.def"
};
LIST(link_oper_state, "IF_OPER_");

static const struct name link_mode[] = {
#include "link_mode.def"
};
LIST(link_mode, "IF_LINK_MODE_");

static const struct name bridge_state[] = {
#include "bridge_state.def"
};
LIST(bridge_state, "BR_STATE_");

static const struct name bridge_vlan_flags[] = {
#include "bridge_vlan_flags.def"
};
LIST(bridge_vlan_flags, "BRIDGE_VLAN_INFO_");

static const struct name xdp_attached[] = {
#include "xdp_attached.def"
};
LIST(xdp_attached, "XDP_ATTACHED_");

static const struct name xdp_flags[] = {
#include "xdp_flags.def"
};
LIST(xdp_flags, "XDP_FLAGS_");

static const struct name mdba[] = {
#include "mdba.def"
};
LIST(mdba, "MDBA_");

static const struct name mdba_mdb[] = {
#include "mdba_mdb.def"
};
LIST(mdba_mdb, "MDBA_MDB_");

static const struct name mdba_router[] = {
#include "mdba_router.def"
};
LIST(mdba_router, "MDBA_ROUTER_");

static const struct name mdba_set[] = {
#include "mdba_set.def"
};
LIST(mdba_set, "MDBA_SET_");
