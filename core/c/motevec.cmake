# Builds the library with cargo, and makes it a target for CMake:
#
#     include(path/to/motevec/core/c/motevec.cmake)
#     target_link_libraries(firmware PRIVATE motevec)
#
# MOTEVEC_TARGET is Rust's name of the machine, such as thumbv7em-none-eabihf; without it the library is for this one.
# With MOTEVEC_ONE_BLOCK it is for vectors of at most 16 components, which makes it smaller and faster.
find_program(CARGO cargo REQUIRED)
set(MOTEVEC_TARGET "" CACHE STRING "Rust's name of the machine that the library is for")
option(MOTEVEC_ONE_BLOCK "Vectors have at most 16 components" OFF)
set(MOTEVEC_FOLDER "${CMAKE_CURRENT_BINARY_DIR}/motevec" CACHE PATH "The folder that cargo builds in")

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
  COMMAND "${CARGO}" build ${motevec_options}
  WORKING_DIRECTORY "${CMAKE_CURRENT_LIST_DIR}"
  BYPRODUCTS "${motevec_library}"
  COMMENT "Building motevec ${MOTEVEC_TARGET}")
add_library(motevec INTERFACE)
add_dependencies(motevec motevec-cargo)
target_include_directories(motevec INTERFACE "${CMAKE_CURRENT_LIST_DIR}/include")
target_link_libraries(motevec INTERFACE "${motevec_library}")
