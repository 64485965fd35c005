# Fuzz targets: tests/fuzz/fuzz_*.c, each a LLVMFuzzerTestOneInput. With clang:
#   cmake -B build-fuzz -DCMAKE_C_COMPILER=clang -DSOCKLINE_FUZZ=ON -DCMAKE_BUILD_TYPE=Debug
#   build-fuzz/fuzz/fuzz_dns -max_total_time=60

option(SOCKLINE_FUZZ "Build the fuzz targets (clang)" OFF)
if(SOCKLINE_FUZZ)
	target_compile_options(sockline_build INTERFACE -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all)
	target_link_options(sockline_build INTERFACE -fsanitize=address,undefined)
	file(GLOB fuzz_targets CONFIGURE_DEPENDS tests/fuzz/fuzz_*.c)
	foreach(source IN LISTS fuzz_targets)
		get_filename_component(name ${source} NAME_WE)
		add_executable(${name} ${source})
		set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/fuzz)
		target_include_directories(${name} PRIVATE src)
		target_link_options(${name} PRIVATE -fsanitize=fuzzer)
		target_link_libraries(${name} PRIVATE sockline_all)
	endforeach()
endif()
