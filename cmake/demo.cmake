# The fetcher of ./dev demo; built when asked for, not optimised, so that every function is a frame.

pkg_check_modules(LIBCURL IMPORTED_TARGET libcurl)
if(LIBCURL_FOUND)
	add_executable(fetch EXCLUDE_FROM_ALL tests/programs/fetch.c)
	set_target_properties(fetch PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
	target_compile_options(fetch PRIVATE -Wall -Wextra -g -O0)
	target_link_libraries(fetch PRIVATE PkgConfig::LIBCURL)
endif()
