/* Made by tools/names: do not edit. */
#include "names/names.h"

#define X(value, name) { value, name },
#define LIST(family, prefix) \
	const struct names names_##family = { prefix, family, sizeof(family) / sizeof(family[0]) }

static const struct name ioctl_vsock[] = {
#include "ioctl_vsock.def"
};
LIST(ioctl_vsock, "IOCTL_VM_SOCKETS_GET_LOCAL_");

static const struct name ioctl_wireless[] = {
#include "ioctl_wireless.def"
};
LIST(ioctl_wireless, "SIOC");

static const struct name ioctl_hci[] = {
#include "ioctl_hci.def"
};
LIST(ioctl_hci, "HCI");

static const struct name ioctl_mroute[] = {
#include "ioctl_mroute.def"
};
LIST(ioctl_mroute, "SIOC");

static const struct name ioctl_mroute6[] = {
#include "ioctl_mroute6.def"
};
LIST(ioctl_mroute6, "SIOC");

static const struct name ioctl_tunnel[] = {
#include "ioctl_tunnel.def"
};
LIST(ioctl_tunnel, "SIOC");

static const struct name ioctl_tipc[] = {
#include "ioctl_tipc.def"
};
LIST(ioctl_tipc, "SIOC");

static const struct name ioctl_kcm[] = {
#include "ioctl_kcm.def"
};
LIST(ioctl_kcm, "SIOC");

static const struct name ioctl_phonet[] = {
#include "ioctl_phonet.def"
};
LIST(ioctl_phonet, "SIOC");

static const struct name ioctl_rds[] = {
#include "ioctl_rds.def"
};
LIST(ioctl_rds, "SIOC");

static const struct name ioctl_mctp[] = {
#include "ioctl_mctp.def"
};
LIST(ioctl_mctp, "SIOC");

static const struct name ioctl_x25[] = {
#include "ioctl_x25.def"
};
LIST(ioctl_x25, "SIOC");

static const struct name ioctl_ax25[] = {
#include "ioctl_ax25.def"
};
LIST(ioctl_ax25, "SIOC");

static const struct name ioctl_pppox[] = {
#include "ioctl_pppox.def"
};
LIST(ioctl_pppox, "");

static const struct name ethtool_command[] = {
#include "ethtool_command.def"
};
LIST(ethtool_command, "ETHTOOL_");

static const struct name hwtstamp_tx[] = {
#include "hwtstamp_tx.def"
};
LIST(hwtstamp_tx, "HWTSTAMP_TX_");

static const struct name hwtstamp_filter[] = {
#include "hwtstamp_filter.def"
};
LIST(hwtstamp_filter, "HWTSTAMP_FILTER_");

static const struct name arp_flags[] = {
#include "arp_flags.def"
};
LIST(arp_flags, "ATF_");

static const struct name rtentry_flags[] = {
#include "rtentry_flags.def"
};
LIST(rtentry_flags, "RTF_");

static const struct name interface_flags[] = {
#include "interface_flags.def"
};
LIST(interface_flags, "IFF_");
