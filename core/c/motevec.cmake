# Builds the library with cargo, and makes it a target for CMake:
#
#     include(path/to/motevec/core/c/motevec.cmake)
#     target_link_libraries(firmware PRIVATE motevec)
#
# MOTEVEC_TARGET is Rust's name of the machine, such as thumbv7em-none-eabihf; without it the library is for this one.
# With MOTEVEC_ONE_BLOCK it is for vectors of at most 16 components, which have the shortest kernels. Both may be set
# before, or with -D.
include_guard(GLOBAL)
cmake_minimum_required(VERSION 3.18)
find_program(MOTEVEC_CARGO cargo REQUIRED)
# In older versions of CMake, a setting in the cache hides a variable that was set before.
if(NOT DEFINED MOTEVEC_TARGET)
  set(MOTEVEC_TARGET "" CACHE STRING "Rust's name of the machine that the library is for")
endif()
if(NOT DEFINED MOTEVEC_ONE_BLOCK)
  set(MOTEVEC_ONE_BLOCK OFF CACHE BOOL "Vectors have at most 16 components")
endif()
if(NOT DEFINED MOTEVEC_FOLDER)
  set(MOTEVEC_FOLDER "${CMAKE_CURRENT_BINARY_DIR}/motevec" CACHE PATH "The folder that cargo builds in")
endif()
if(CMAKE_CROSSCOMPILING AND NOT MOTEVEC_TARGET)
  message(FATAL_ERROR "set MOTEVEC_TARGET to Rust's name of the machine, such as thumbv7em-none-eabihf")
endif()

set(motevec_library "${MOTEVEC_FOLDER}/${MOTEVEC_TARGET}/release/libmotevec.a")
set(motevec_options --release --locked --quiet --target-dir "${MOTEVEC_FOLDER}")
if(MOTEVEC_ONE_BLOCK)
  list(APPEND motevec_options --features one-block)
endif()
if(MOTEVEC_TARGET)
  list(APPEND motevec_options --target "${MOTEVEC_TARGET}")
endif()

# Cargo knows itself what is out of date.
add_custom_target(motevec-cargo
  COMMAND "${MOTEVEC_CARGO}" build ${motevec_options}
  WORKING_DIRECTORY "${CMAKE_CURRENT_LIST_DIR}"
  BYPRODUCTS "${motevec_library}"
  COMMENT "Building motevec ${MOTEVEC_TARGET}")
add_library(motevec INTERFACE)
add_dependencies(motevec motevec-cargo)

# Rust's own libraries bring debug information along. Beside a cross compiler without a strip of its own, there is only
# this machine's, which does not know other machines' files.
get_filename_component(motevec_strip "${CMAKE_STRIP}" NAME)
if(CMAKE_STRIP AND NOT (CMAKE_CROSSCOMPILING AND motevec_strip STREQUAL "strip"))
  set(motevec_stripped "${CMAKE_CURRENT_BINARY_DIR}/libmotevec.a")
  add_custom_command(OUTPUT "${motevec_stripped}"
    COMMAND "${CMAKE_STRIP}" -S -o "${motevec_stripped}" "${motevec_library}"
    DEPENDS motevec-cargo "${motevec_library}"
    COMMENT "Stripping motevec")
  add_custom_target(motevec-strip DEPENDS "${motevec_stripped}")
  add_dependencies(motevec motevec-strip)
  set(motevec_library "${motevec_stripped}")
endif()

target_include_directories(motevec INTERFACE "${CMAKE_CURRENT_LIST_DIR}/include")
target_link_libraries(motevec INTERFACE "${motevec_library}")
