include_guard(GLOBAL)

# The tree's own files are included as users include them: <windtunnel/sim/simulation.h>.
file(MAKE_DIRECTORY "${PROJECT_BINARY_DIR}/include")
file(CREATE_LINK "${PROJECT_SOURCE_DIR}" "${PROJECT_BINARY_DIR}/include/windtunnel" SYMBOLIC)

option(WINDTUNNEL_UNITY "compile the sources of a folder as one" ON)

# The standard library takes a quarter of a file's time; precompiled once, a tenth.
file(WRITE "${PROJECT_BINARY_DIR}/generated/pch.cpp"
  "// Owns the precompiled header that all libraries share.\n")
add_library(windtunnel_pch OBJECT EXCLUDE_FROM_ALL "${PROJECT_BINARY_DIR}/generated/pch.cpp")
target_precompile_headers(windtunnel_pch PRIVATE
  <algorithm> <array> <bitset> <charconv> <compare> <coroutine> <cstdint> <cstring> <deque>
  <functional> <limits> <list> <map> <memory> <numeric> <optional> <set> <span> <string>
  <string_view> <system_error> <tuple> <unordered_map> <utility> <variant> <vector>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  add_compile_options("SHELL:-Xclang -fno-pch-timestamp")  # or ccache never finds it again.
endif()

# windtunnel_library(NAME FOLDER... [DEPENDS lib...] [LINK target...] [EXCEPT file...]
#                    [ASSETS folder] [EXPORT set])
#
# Makes the static library windtunnel_NAME, alias windtunnel::NAME, from FOLDER/*.cpp and FOLDER/*.h
# (not recursive); INTERFACE while there are only headers, nothing while there is nothing.
# DEPENDS names our own libraries and skips those that do not exist; LINK names any other target.
# The sources of a folder are compiled as one (headers take most of a file's time): what is private
# to one of them has a name of its own there. -D WINDTUNNEL_UNITY=OFF compiles each by itself.
# Every file in ASSETS is embedded (see EmbedAssets.cmake). EXPORT: the set of installed targets
# that it belongs to, where a user may lack what it links.
function(windtunnel_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "ASSETS;EXPORT" "DEPENDS;LINK;EXCEPT")
  set(sources "")
  set(headers "")
  foreach(folder IN LISTS arg_UNPARSED_ARGUMENTS)
    file(GLOB found CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/${folder}/*.cpp")
    list(APPEND sources ${found})
    set_source_files_properties(${found} PROPERTIES UNITY_GROUP "${folder}")
    file(GLOB found CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/${folder}/*.h")
    list(APPEND headers ${found})
    install(FILES ${found} DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/windtunnel/${folder}")
  endforeach()
  foreach(file IN LISTS arg_EXCEPT)
    list(REMOVE_ITEM sources "${PROJECT_SOURCE_DIR}/${file}")
  endforeach()
  if(arg_ASSETS)
    windtunnel_embed_assets(generated "${name}" "${arg_ASSETS}")
    list(APPEND sources ${generated})
  endif()
  if(NOT sources AND NOT headers)
    return()
  endif()

  if(sources)
    set(scope PUBLIC)
    add_library(windtunnel_${name} STATIC ${sources} ${headers})
    target_precompile_headers(windtunnel_${name} REUSE_FROM windtunnel_pch)
    set_target_properties(windtunnel_${name} PROPERTIES
      UNITY_BUILD ${WINDTUNNEL_UNITY} UNITY_BUILD_MODE GROUP)
  else()
    set(scope INTERFACE)
    add_library(windtunnel_${name} INTERFACE)
  endif()
  add_library(windtunnel::${name} ALIAS windtunnel_${name})
  set_target_properties(windtunnel_${name} PROPERTIES EXPORT_NAME ${name})
  target_compile_features(windtunnel_${name} ${scope} cxx_std_20)
  target_compile_options(windtunnel_${name} ${scope} -ffp-contract=off)
  target_include_directories(windtunnel_${name} ${scope}
    "$<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/include>"
    "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")
  foreach(dependency IN LISTS arg_DEPENDS)
    if(TARGET windtunnel_${dependency})
      target_link_libraries(windtunnel_${name} ${scope} windtunnel_${dependency})
    endif()
  endforeach()
  target_link_libraries(windtunnel_${name} ${scope} ${arg_LINK})

  if(NOT arg_EXPORT)
    set(arg_EXPORT windtunnel)
  endif()
  install(TARGETS windtunnel_${name} EXPORT ${arg_EXPORT}Targets)
  set_property(GLOBAL APPEND PROPERTY WINDTUNNEL_EXPORTS ${arg_EXPORT}Targets)
  set_property(GLOBAL APPEND PROPERTY WINDTUNNEL_LIBRARIES ${name})
  set_property(GLOBAL APPEND PROPERTY WINDTUNNEL_HEADERS ${headers})
  set_property(GLOBAL PROPERTY WINDTUNNEL_FOLDERS_${name} ${arg_UNPARSED_ARGUMENTS})
endfunction()

# Sets RESULT to a generated source that holds every file of FOLDER, or to nothing if there is none.
function(windtunnel_embed_assets result name folder)
  file(GLOB assets CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/${folder}/*")
  if(NOT assets)
    set(${result} "" PARENT_SCOPE)
    return()
  endif()
  set(output "${PROJECT_BINARY_DIR}/generated/${name}_assets.cpp")
  set(script "${PROJECT_SOURCE_DIR}/cmake/EmbedAssets.cmake")
  add_custom_command(OUTPUT "${output}"
    COMMAND "${CMAKE_COMMAND}" "-DOUTPUT=${output}" "-DNAMESPACE=windtunnel::${name}"
            "-DASSETS=${assets}" -P "${script}"
    DEPENDS ${assets} "${script}" VERBATIM
    COMMENT "Embedding ${folder}")
  set(${result} "${output}" PARENT_SCOPE)
endfunction()
