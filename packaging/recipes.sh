# How each library of the static program is built: sourced by scripts/package, which sets arch, triplet, cc, flags, prefix,
# downloads and sources. Each builds only what the exporter uses, and installs headers and a static archive under $prefix.

# unpack NAME VERSION: the source package with Debian's patches, to $sources/NAME. Its sha256 was verified.
unpack() {
    rm -rf "${sources:?}/$1"
    mkdir -p "$sources"
    dpkg-source --no-check -x "$downloads/$1_${2#*:}.dsc" "$sources/$1"
}

# with_cmake NAME SETTING...
with_cmake() {
    local name=$1
    shift
    cmake -S "$sources/$name" -B "$sources/$name-build" -G Ninja \
        -DCMAKE_SYSTEM_NAME=Linux -DCMAKE_SYSTEM_PROCESSOR="$processor" -DCMAKE_C_COMPILER="$cc" \
        -DCMAKE_C_FLAGS="$flags -ffile-prefix-map=$sources/=" -DCMAKE_BUILD_TYPE=None -DCMAKE_POSITION_INDEPENDENT_CODE=OFF \
        -DCMAKE_EXE_LINKER_FLAGS="-static -no-pie" -DCMAKE_POLICY_DEFAULT_CMP0056=NEW \
        -DCMAKE_INSTALL_PREFIX="$prefix" -DCMAKE_INSTALL_LIBDIR=lib -DCMAKE_PREFIX_PATH="$prefix" \
        -DCMAKE_FIND_USE_PACKAGE_REGISTRY=OFF -DBUILD_SHARED_LIBS=OFF "$@"
    cmake --build "$sources/$name-build" --parallel "$jobs"
    cmake --install "$sources/$name-build"
}

# Debian's own archive of a library: headers and *.a of the -dev package.
take_archive() {
    local package=$1 deb
    for deb in "$downloads/${package}"_*_"$debian_arch.deb"; do
        rm -rf "${sources:?}/$package"
        dpkg-deb -x "$deb" "$sources/$package"
    done
    cp -r "$sources/$package/usr/include/." "$prefix/include/"
    if [ -d "$prefix/include/$triplet" ]; then # What differs by architecture.
        cp -r "$prefix/include/$triplet/." "$prefix/include/"
        rm -rf "${prefix:?}/include/$triplet"
    fi
    cp "$sources/$package/usr/lib/$triplet"/*.a "$prefix/lib/"
}

build_c-ares() {
    with_cmake c-ares -DCARES_STATIC=ON -DCARES_SHARED=OFF -DCARES_BUILD_TOOLS=OFF -DCARES_BUILD_TESTS=OFF
}

build_cjson() {
    with_cmake cjson -DBUILD_SHARED_AND_STATIC_LIBS=OFF -DENABLE_CJSON_TEST=OFF -DENABLE_CJSON_UTILS=OFF \
        -DENABLE_CUSTOM_COMPILER_FLAGS=OFF -DENABLE_TARGET_EXPORT=OFF
}

build_expat() {
    sources_of_expat=$sources/expat
    [ -f "$sources_of_expat/CMakeLists.txt" ] || sources_of_expat=$sources/expat/expat
    mv "$sources_of_expat" "$sources/expat-top" && rm -rf "$sources/expat" && mv "$sources/expat-top" "$sources/expat"
    with_cmake expat -DEXPAT_SHARED_LIBS=OFF -DEXPAT_BUILD_TOOLS=OFF -DEXPAT_BUILD_EXAMPLES=OFF -DEXPAT_BUILD_TESTS=OFF \
        -DEXPAT_BUILD_DOCS=OFF
}

build_zlib() {
    (
        cd "$sources/zlib"
        CC=$cc CFLAGS="$flags -ffile-prefix-map=$sources/=" AR=${cross}ar RANLIB=${cross}ranlib \
            ./configure --static --prefix="$prefix"
        make -j "$jobs" libz.a
        make install
    )
}

# TLS 1.2 and 1.3 with what AWS and common proxies speak; certificates. It is built in its own folder by relative names, so
# that no path of this machine is in it.
build_openssl() {
    (
        cd "$sources/openssl"
        ./Configure "linux-${processor}" CC="$cc" AR="${cross}ar" RANLIB="${cross}ranlib" \
            --prefix=/usr --libdir=lib --openssldir=/etc/ssl \
            no-shared no-module no-dso no-engine no-legacy no-autoload-config no-tests no-ui-console no-async no-dtls \
            no-srp no-psk no-ssl3 no-tls1 no-tls1_1 no-comp no-ct no-ts no-cms no-cmp no-rfc3779 no-idea no-camellia \
            no-seed no-aria no-sm2 no-sm3 no-sm4 no-gost no-bf no-cast no-rc2 no-rc4 no-des no-md4 no-mdc2 no-rmd160 \
            no-whirlpool no-blake2 no-scrypt no-siphash no-siv no-ocb no-nextprotoneg no-srtp no-ec2m no-dsa no-afalgeng \
            no-ktls $flags
        make -j "$jobs" build_libs
        make DESTDIR="$sources/openssl-installed" install_dev
        cp -r "$sources/openssl-installed/usr/include/." "$prefix/include/"
        cp "$sources/openssl-installed/usr/lib"/*.a "$prefix/lib/"
    )
}

# HTTP and HTTPS, addresses by c-ares; no certificates of its own, which the program finds and parses on demand.
build_curl() {
    with_cmake curl -DHTTP_ONLY=ON -DBUILD_CURL_EXE=OFF -DBUILD_TESTING=OFF -DENABLE_MANUAL=OFF -DPICKY_COMPILER=OFF \
        -DCURL_CA_BUNDLE=none -DCURL_CA_PATH=none -DCURL_CA_FALLBACK=OFF \
        -DCURL_DISABLE_OPENSSL_AUTO_LOAD_CONFIG=ON -DOPENSSL_ROOT_DIR="$prefix" -DOPENSSL_USE_STATIC_LIBS=ON \
        -DENABLE_ARES=ON -DCARES_INCLUDE_DIR="$prefix/include" -DCARES_LIBRARY="$prefix/lib/libcares.a" \
        -DCURL_USE_LIBSSH2=OFF -DCURL_USE_LIBPSL=OFF -DUSE_LIBIDN2=OFF -DUSE_NGHTTP2=OFF -DCURL_ZLIB=OFF -DCURL_BROTLI=OFF \
        -DCURL_ZSTD=OFF -DCURL_USE_OPENLDAP=OFF -DCURL_DISABLE_ALTSVC=ON -DCURL_DISABLE_HSTS=ON -DCURL_DISABLE_COOKIES=ON \
        -DCURL_DISABLE_CRYPTO_AUTH=ON -DCURL_DISABLE_NTLM=ON -DCURL_DISABLE_NETRC=ON -DCURL_DISABLE_DOH=ON \
        -DCURL_DISABLE_MIME=ON -DCURL_DISABLE_GETOPTIONS=ON -DCURL_DISABLE_PROGRESS_METER=ON \
        -DHAVE_POLL_FINE_EXITCODE=0 -DHAVE_GLIBC_STRERROR_R=1 -DHAVE_POSIX_STRERROR_R=0
}
