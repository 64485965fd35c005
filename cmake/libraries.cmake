# Libraries of others, found by pkg-config where they have a file for it.

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
pkg_check_modules(LIBDW REQUIRED IMPORTED_TARGET libdw)
pkg_check_modules(LIBELF REQUIRED IMPORTED_TARGET libelf)
pkg_check_modules(JANSSON REQUIRED IMPORTED_TARGET jansson>=2.10)
target_link_libraries(sockline_build INTERFACE PkgConfig::LIBDW PkgConfig::LIBELF PkgConfig::JANSSON Threads::Threads)
# ns_initparse and its like, part of the C library (glibc keeps them in a library of their own).
target_link_libraries(sockline_build INTERFACE resolv)

# Demangling C++ and Rust names; without it they are shown as they stand in the symbol table.
find_path(LIBIBERTY_INCLUDE libiberty/demangle.h)
find_library(LIBIBERTY_LIBRARY iberty)
if(LIBIBERTY_INCLUDE AND LIBIBERTY_LIBRARY)
	target_compile_definitions(sockline_build INTERFACE HAVE_LIBIBERTY)
	target_include_directories(sockline_build SYSTEM INTERFACE ${LIBIBERTY_INCLUDE})
	target_link_libraries(sockline_build INTERFACE ${LIBIBERTY_LIBRARY})
else()
	message(STATUS "libiberty not found: C++ and Rust names will not be demangled")
endif()

# The small symbol tables in files of Fedora and its kin are compressed with it.
pkg_check_modules(LZMA IMPORTED_TARGET liblzma)
if(LZMA_FOUND)
	target_compile_definitions(sockline_build INTERFACE HAVE_LZMA)
	target_link_libraries(sockline_build INTERFACE PkgConfig::LZMA)
else()
	message(STATUS "liblzma not found: symbols in .gnu_debugdata will not be read")
endif()
