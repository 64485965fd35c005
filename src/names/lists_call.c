/* Made by tools/names: do not edit. */
#include "names/names.h"

#define X(value, name) { value, name },
#define LIST(family, prefix) \
	const struct names names_##family = { prefix, family, sizeof(family) / sizeof(family[0]) }

static const struct name splice_flags[] = {
#include "splice_flags.def"
};
LIST(splice_flags, "SPLICE_F_");

static const struct name rwf_flags[] = {
#include "rwf_flags.def"
};
LIST(rwf_flags, "RWF_");

static const struct name clone_flags[] = {
#include "clone_flags.def"
};
LIST(clone_flags, "CLONE_");

static const struct name clone_low_flags[] = {
#include "clone_low_flags.def"
};
LIST(clone_low_flags, "CLONE_");

static const struct name pidfd_flags[] = {
#include "pidfd_flags.def"
};
LIST(pidfd_flags, "PIDFD_");

static const struct name seal_flags[] = {
#include "seal_flags.def"
};
LIST(seal_flags, "F_SEAL_");

static const struct name owner_type[] = {
#include "owner_type.def"
};
LIST(owner_type, "F_OWNER_");

static const struct name lock_type[] = {
#include "lock_type.def"
};
LIST(lock_type, "F_");

static const struct name rw_hint[] = {
#include "rw_hint.def"
};
LIST(rw_hint, "RWH_WRITE_LIFE_");

static const struct name notify_flags[] = {
#include "notify_flags.def"
};
LIST(notify_flags, "DN_");

static const struct name uring_op[] = {
#include "uring_op.def"
};
LIST(uring_op, "IORING_OP_");

static const struct name uring_setup_flags[] = {
#include "uring_setup_flags.def"
};
LIST(uring_setup_flags, "IORING_SETUP_");

static const struct name uring_enter_flags[] = {
#include "uring_enter_flags.def"
};
LIST(uring_enter_flags, "IORING_ENTER_");

static const struct name uring_register[] = {
#include "uring_register.def"
};
LIST(uring_register, "IORING_");

static const struct name uring_features[] = {
#include "uring_features.def"
};
LIST(uring_features, "IORING_FEAT_");

static const struct name uring_sqe_flags[] = {
#include "uring_sqe_flags.def"
};
LIST(uring_sqe_flags, "IOSQE_");

static const struct name uring_cqe_flags[] = {
#include "uring_cqe_flags.def"
};
LIST(uring_cqe_flags, "IORING_CQE_F_");

static const struct name bpf_class[] = {
#include "bpf_class.def"
};
LIST(bpf_class, "BPF_");

static const struct name bpf_size[] = {
#include "bpf_size.def"
};
LIST(bpf_size, "BPF_");

static const struct name bpf_mode[] = {
#include "bpf_mode.def"
};
LIST(bpf_mode, "BPF_");

static const struct name bpf_alu[] = {
#include "bpf_alu.def"
};
LIST(bpf_alu, "BPF_");

static const struct name bpf_jump[] = {
#include "bpf_jump.def"
};
LIST(bpf_jump, "BPF_");

static const struct name bpf_source[] = {
#include "bpf_source.def"
};
LIST(bpf_source, "BPF_");

static const struct name bpf_return[] = {
#include "bpf_return.def"
};
LIST(bpf_return, "BPF_");

static const struct name bpf_misc[] = {
#include "bpf_misc.def"
};
LIST(bpf_misc, "BPF_");

static const struct name bpf_ancillary[] = {
#include "bpf_ancillary.def"
};
LIST(bpf_ancillary, "SKF_AD_");
