# Each tests/unit/test_*.c is a cmocka program and a test of its own (label unit); each tests/cases/test_*.py is run by
# pytest on the built program (label cases).

pkg_check_modules(CMOCKA IMPORTED_TARGET cmocka)
file(GLOB unit_tests CONFIGURE_DEPENDS tests/unit/test_*.c)
if(NOT CMOCKA_FOUND)
	message(STATUS "cmocka not found: the unit tests are not built")
	set(unit_tests)
endif()
foreach(source IN LISTS unit_tests)
	get_filename_component(name ${source} NAME_WE)
	string(REGEX REPLACE "^test_" "unit." test ${name})
	add_executable(${name} ${source})
	set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
	target_include_directories(${name} PRIVATE src tests/unit)
	target_compile_definitions(${name} PRIVATE SOURCE_DIR="${CMAKE_SOURCE_DIR}")
	target_link_libraries(${name} PRIVATE sockline_all PkgConfig::CMOCKA)
	add_test(NAME ${test} COMMAND ${name})
	set_tests_properties(${test} PROPERTIES LABELS unit TIMEOUT 120)
	if(SOCKLINE_SANITIZE AND name MATCHES "^test_trace_")
		# These run themselves as tracees, and a tracee cannot look for its own leaks.
		set_tests_properties(${test} PROPERTIES ENVIRONMENT ASAN_OPTIONS=detect_leaks=0)
	endif()
endforeach()

# Benchmarks of one part each, built on request: cmake --build build --target bench_sink
file(GLOB unit_benches CONFIGURE_DEPENDS tests/unit/bench_*.c)
foreach(source IN LISTS unit_benches)
	get_filename_component(name ${source} NAME_WE)
	add_executable(${name} EXCLUDE_FROM_ALL ${source})
	set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
	target_include_directories(${name} PRIVATE src tests/unit)
	target_link_libraries(${name} PRIVATE sockline_all)
endforeach()

file(GLOB case_tests CONFIGURE_DEPENDS tests/cases/test_*.py)
foreach(source IN LISTS case_tests)
	get_filename_component(name ${source} NAME_WE)
	string(REGEX REPLACE "^test_" "cases." test ${name})
	add_test(NAME ${test} COMMAND /usr/bin/python3 -m pytest -q -rs -p no:cacheprovider ${source})
	set_tests_properties(${test} PROPERTIES LABELS cases TIMEOUT 240
		ENVIRONMENT "SOCKLINE=$<TARGET_FILE:sockline>;SOCKLINE_BUILD=${CMAKE_BINARY_DIR};PYTHONDONTWRITEBYTECODE=1")
endforeach()
