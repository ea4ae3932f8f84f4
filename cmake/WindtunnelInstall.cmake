# For find_package(windtunnel) outside the tree; users link windtunnel::cli or a lower layer.
include(CMakePackageConfigHelpers)

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/windtunnel")
configure_package_config_file(cmake/windtunnelConfig.cmake.in
  "${PROJECT_BINARY_DIR}/windtunnelConfig.cmake" INSTALL_DESTINATION "${package_dir}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/windtunnelConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/windtunnelConfig.cmake"
              "${PROJECT_BINARY_DIR}/windtunnelConfigVersion.cmake"
              "${PROJECT_SOURCE_DIR}/cmake/FindNghttp2.cmake"
        DESTINATION "${package_dir}")
get_property(exports GLOBAL PROPERTY WINDTUNNEL_EXPORTS)
list(REMOVE_DUPLICATES exports)
foreach(set IN LISTS exports)
  install(EXPORT ${set} NAMESPACE windtunnel:: DESTINATION "${package_dir}")
endforeach()
